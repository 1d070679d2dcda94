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
  async writeSheet(passphrase: string, holder: string, folder: string): Promise<void> {
    await this.field('keys.main').fill(passphrase);
    await this.field('keyring.holder').fill(holder);
    await this.pick('keyring.folder', 'Folder', folder);
    await this.button('keyring.addStart').click();
    await this.button('keyring.print').waitFor();
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
