import type { Locator } from 'playwright-core';
import type { UiKey } from '../../shared/i18n/ui.zh.ts';
import { ConsolePage } from './console-page.ts';
import { JobCard } from './job-card.ts';

const titles = {
  snapshot: 'restore.snapshotTitle',
  what: 'restore.whatTitle',
  from: 'restore.fromTitle',
  into: 'restore.intoTitle',
  vault: 'restore.vaultTitle',
  confirm: 'restore.confirmTitle',
} as const satisfies Record<string, UiKey>;
export type RestoreStep = keyof typeof titles;

/** The restore wizard and the proof at its end. */
export class RestorePage extends ConsolePage {
  /** Resolves once the wizard asks this. */
  async isAt(step: RestoreStep): Promise<void> {
    await this.page.getByRole('heading', { level: 2, name: this.words.say(titles[step]), exact: true }).waitFor();
  }

  async back(): Promise<void> {
    await this.button('common.back').click();
  }

  async next(): Promise<void> {
    await this.button('common.next').click();
  }

  /** The first of the list. */
  async chooseLatest(): Promise<void> {
    await this.page.getByRole('radio', { name: this.words.say('restore.latest') }).click();
  }

  async someTables(...tables: readonly string[]): Promise<void> {
    await this.choose('restore.some');
    for (const name of tables) await this.page.getByRole('checkbox', { name, exact: true }).check();
  }

  async readFrom(copy: string): Promise<void> {
    await this.page.getByRole('radio', { name: copy, exact: true }).click();
  }

  async into(target: 'sandbox' | 'same' | 'server' | 'sql'): Promise<void> {
    await this.choose(`restore.into.${target}`);
  }

  async chooseSqlFile(path: string): Promise<void> {
    await this.pick('restore.sqlFile', 'File', path);
  }

  async openVault(passphrase: string): Promise<void> {
    await this.choose('restore.vaultOpen');
    await this.field('restore.vaultPassphrase').fill(passphrase);
  }

  async openVaultWithWords(words: string): Promise<void> {
    await this.choose('restore.vaultWords');
    await this.field('recover.words').fill(words);
  }

  /** Of a restore that was made with the vault closed. */
  async addCards(passphrase: string, reason: string): Promise<void> {
    await this.field('restore.vaultPassphrase').fill(passphrase);
    await this.field('vault.why').fill(reason);
    await this.button('cards.start').click();
  }

  get cardsAreThere(): Locator {
    return this.page.getByRole('heading', { name: this.words.say('cards.doneTitle'), exact: true });
  }

  async start(): Promise<void> {
    await this.button('restore.start').click();
  }

  get running(): JobCard {
    return new JobCard(this.page, this.words, this.words.say('restore.running'));
  }

  async changeAnswers(): Promise<void> {
    await this.button('restore.changeAnswers').click();
  }

  get isProven(): Locator {
    return this.page.getByRole('heading', { name: this.words.say('proof.goodTitle'), exact: true });
  }

  get fileIsWritten(): Locator {
    return this.page.getByRole('heading', { name: this.words.say('proof.fileTitle'), exact: true });
  }

  /** Looks at what would change, then puts the restore in the shop's place. */
  async swap(): Promise<void> {
    await this.button('swap.compare').click();
    await this.page.getByRole('table', { name: this.words.say('swap.tables') }).waitFor();
    await this.button('swap.swap').click();
    await this.page
      .getByRole('dialog')
      .getByRole('button', { name: this.words.say('swap.swap'), exact: true })
      .click();
  }

  get isSwapped(): Locator {
    return this.page.getByRole('heading', { name: this.words.say('swap.doneTitle'), exact: true });
  }

  get programNotes(): Locator {
    return this.page.getByRole('region', { name: this.words.say('proof.programNotes'), exact: true });
  }

  /** What the proof says of one thing, such as `proof.rows`. */
  async fact(key: UiKey): Promise<string> {
    const panel = this.page.getByRole('region', { name: this.words.say('proof.title'), exact: true });
    const name = panel.locator('dt').filter({ hasText: new RegExp(`^${this.words.say(key)}$`) });
    return name.locator('xpath=following-sibling::dd[1]').innerText();
  }

  /** Columns of the proof's ledgers: name, entries, at backup, after restore, verdict. */
  async ledger(name: string): Promise<string[]> {
    const table = this.page.getByRole('table', { name: this.words.say('proof.ledgers') });
    return table.getByRole('row', { name }).getByRole('cell').allInnerTexts();
  }
}
