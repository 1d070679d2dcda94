import type { Locator } from 'playwright-core';
import type { UiKey } from '../../shared/i18n/ui.zh.ts';
import { ConsolePage } from './console-page.ts';

type Key = 'main' | 'vault';

/** Who can open what: sheets tried and written, a passphrase changed, a sheet revoked. */
export class KeysPage extends ConsolePage {
  /** The sheets of one key. */
  sheets(key: Key): Locator {
    return this.page
      .getByRole('list', { name: this.words.say(`keyring.key.${key}`), exact: true })
      .locator('[data-slot="recovery"]');
  }

  async tryPaper(key: Key): Promise<void> {
    await this.#act('keyring.rehearseLabel', key);
  }

  async typeWords(words: string): Promise<void> {
    await this.field('recover.words').fill(words);
    await this.button('keyring.rehearseStart').click();
  }

  /** The line that says which of the words is wrong. */
  wrongWord(position: number): Locator {
    return this.alert.filter({ hasText: this.words.say('recover.wrongWord', { position }) });
  }

  get works(): Locator {
    return this.verdict('keyring.rehearsedTitle');
  }

  async changePassphrase(current: string, next: string): Promise<void> {
    await this.field('keyring.current').fill(current);
    await this.field('keyring.next').fill(next);
    await this.field('keyring.nextAgain').fill(next);
    await this.button('keyring.changeStart').click();
  }

  async openChange(key: Key): Promise<void> {
    await this.#act('keyring.changeLabel', key);
  }

  get isChanged(): Locator {
    return this.verdict('keyring.changedTitle');
  }

  async openNewSheet(key: Key): Promise<void> {
    await this.#act('keyring.addLabel', key);
  }

  /** The dialog must have been told the answer before. */
  async writeSheet(key: Key, passphrase: string, holder: string, folder: string): Promise<void> {
    await this.field(`keys.${key}`).fill(passphrase);
    await this.field('keyring.holder').fill(holder);
    await this.pick('keyring.folder', 'Folder', folder);
    await this.button('keyring.addStart').click();
    await this.button('keyring.print').waitFor();
  }

  /** Opens the screen of the vault's new keys and waits for what would happen. */
  async openRotation(): Promise<void> {
    await this.button('keyring.rotate').click();
    await this.page.getByRole('group', { name: this.words.say('keyring.rotateWho'), exact: true }).waitFor();
  }

  /** Whether a copy would get the new keys at once, before anything is done. */
  outlookOf(copy: string): Promise<string | null> {
    return this.page.locator(`[data-copy="${copy}"]`).first().getAttribute('data-state');
  }

  /** The box that keeps somebody's sheet good. */
  keepBox(holder: string): Locator {
    return this.page.getByRole('checkbox', { name: holder });
  }

  /** The dialog must have been told the answer before. */
  async rotate(current: string, next: string, reason: string, folder: string): Promise<void> {
    await this.field('keyring.rotateCurrent').fill(current);
    await this.field('keyring.rotateNext').fill(next);
    await this.field('keyring.nextAgain').fill(next);
    await this.field('keyring.rotateWhy').fill(reason);
    await this.pick('keyring.folder', 'Folder', folder);
    await this.startRotation();
  }

  async startRotation(): Promise<void> {
    await this.button('keyring.rotateStart').click();
  }

  async typeVaultPassphrase(current: string): Promise<void> {
    await this.field('keyring.rotateCurrent').fill(current);
  }

  get isRotated(): Locator {
    return this.verdict('keyring.rotatedTitle');
  }

  async askToRevoke(number: string): Promise<void> {
    await this.button('keyring.revokeLabel', { number }).click();
    await this.button('keyring.revokeConfirm').waitFor();
  }

  async revoke(number: string): Promise<void> {
    await this.button('keyring.revokeConfirm').click();
    await this.page.getByRole('dialog', { name: this.words.say('keyring.revokedTitle', { number }) }).waitFor();
  }

  async done(): Promise<void> {
    await this.button('keyring.done').click();
  }

  private verdict(title: UiKey): Locator {
    return this.page
      .getByRole('status')
      .filter({ has: this.page.getByRole('heading', { name: this.words.say(title) }) });
  }

  async #act(label: UiKey, key: Key): Promise<void> {
    await this.button(label, { key: this.words.say(`keyring.key.${key}`) }).click();
  }
}
