import type { Locator } from 'playwright-core';
import { ConsolePage } from './console-page.ts';
import { JobCard } from './job-card.ts';

/** Home: the shop, the big button, the snapshots and what is in one. */
export class TimelinePage extends ConsolePage {
  async backUp(): Promise<void> {
    await this.button('backup.now').click();
  }

  running(shop: string): JobCard {
    return new JobCard(this.page, this.words, this.words.say('backup.running', { name: shop }));
  }

  get backedUp(): Locator {
    return this.page.getByRole('heading', { name: this.words.say('backup.doneTitle'), exact: true });
  }

  get wasCancelled(): Locator {
    return this.page.getByRole('heading', { name: this.words.say('job.cancelled'), exact: true });
  }

  /** The calm words after the engine's process has ended in the middle of a backup. */
  get wasInterrupted(): Locator {
    return this.alert.filter({ hasText: this.words.say('backup.interrupted') });
  }

  /** Resolves once the interrupted backup can go on. */
  async canResume(): Promise<void> {
    await this.button('backup.resume').waitFor();
  }

  async resume(): Promise<void> {
    await this.button('backup.resume').click();
  }

  get snapshots(): Locator {
    return this.page
      .getByRole('list', { name: this.words.say('timeline.snapshots'), exact: true })
      .locator('[data-snapshot]');
  }

  /** The badge of a copy says one of the five words. */
  badges(within: Locator): Locator {
    return within.getByRole('img');
  }

  async openDetails(): Promise<void> {
    await this.snapshots
      .first()
      .getByRole('button', { name: this.words.say('snapshot.open') })
      .or(this.snapshots.first().getByText(this.words.say('snapshot.open'), { exact: true }))
      .first()
      .click();
    await this.drawer.getByRole('table', { name: this.words.say('snapshot.ledgers') }).waitFor();
  }

  get drawer(): Locator {
    return this.page.getByRole('dialog', { name: this.words.say('snapshot.detail') });
  }

  /** The sum that the backup recorded, as the drawer shows it. */
  async recordedSum(ledger: string): Promise<string> {
    const table = this.drawer.getByRole('table', { name: this.words.say('snapshot.ledgers') });
    return table.getByRole('row', { name: ledger }).getByRole('cell').nth(2).innerText();
  }

  async closeDetails(): Promise<void> {
    await this.drawer.getByRole('button', { name: this.words.say('common.close'), exact: true }).click();
    await this.drawer.waitFor({ state: 'detached' });
  }

  async lastTableInDrawer(): Promise<void> {
    const tables = this.drawer.getByRole('table', { name: this.words.say('snapshot.tables') });
    await tables.getByRole('row').last().scrollIntoViewIfNeeded();
  }

  async checkCopy(name: string): Promise<void> {
    await this.drawer
      .getByRole('button', { name: this.words.say('snapshot.verifyCopyLabel', { name }), exact: true })
      .click();
  }

  /** Money or stock has changed in a way it does not by itself. */
  moneyAlarm(shop: string): Locator {
    return this.page.getByRole('status').filter({ hasText: this.words.say('shrunk.title', { source: shop }) });
  }

  /** The line that says how the log is being followed, once it is and a copy has been measured. */
  get liveLine(): Locator {
    const seconds = this.words.language === 'zh' ? /\d+ 秒前/ : /\d+ seconds? ago/;
    return this.page.locator('[data-live="live"]').filter({ hasText: seconds });
  }

  /** What the log says happened to the shop. */
  marker(kind: string): Locator {
    return this.page.locator(`[data-event="${kind}"]`);
  }

  async restoreBefore(kind: string): Promise<void> {
    await this.marker(kind).first().getByText(this.words.say('log.restoreBefore'), { exact: true }).click();
  }

  async restoreFirst(): Promise<void> {
    await this.snapshots.first().getByText(this.words.say('snapshot.restore'), { exact: true }).click();
  }
}
