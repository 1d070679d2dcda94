import type { Locator } from 'playwright-core';
import { ConsolePage } from './console-page.ts';

/** Tidying up the old snapshots of one copy. */
export class RetentionPage extends ConsolePage {
  async open(destination: string): Promise<void> {
    await this.button('copies.detailsLabel', { name: destination }).click();
    await this.button('retention.openLabel', { name: destination }).click();
    await this.panel(destination).waitFor();
  }

  panel(destination: string): Locator {
    return this.page.getByRole('region', { name: this.words.say('retention.title', { name: destination }) });
  }

  async keepDays(days: number): Promise<void> {
    for (const [field, count] of [
      ['retention.daily', days],
      ['retention.weekly', 0],
      ['retention.monthly', 0],
    ] as const)
      await this.page.getByRole('textbox', { name: this.words.say(field) }).fill(String(count));
  }

  async rehearse(): Promise<void> {
    await this.button('retention.rehearse').click();
  }

  async close(destination: string): Promise<void> {
    const name = this.words.say('common.close');
    await this.panel(destination).getByRole('button', { name, exact: true }).click();
    await this.panel(destination).waitFor({ state: 'detached' });
  }

  /** The rows of the snapshots that would go, or that would stay. */
  rows(which: 'goes' | 'stays'): Locator {
    return this.page.getByRole('table', { name: this.words.say(`retention.${which}`) }).locator('tbody tr');
  }

  async confirm(count: number): Promise<void> {
    await this.button('retention.confirm', { count: String(count) }).click();
  }

  async noteThatItWasMe(): Promise<void> {
    await this.button('retention.noteOnly').click();
  }

  get isDone(): Locator {
    return this.page.getByRole('heading', { name: this.words.say('retention.doneTitle'), exact: true });
  }

  looksRobbed(source: string): Locator {
    return this.page.getByRole('heading', { name: this.words.say('shrunk.title', { source }), exact: true });
  }

  async sayItWasMe(): Promise<void> {
    await this.button('shrunk.mine').click();
    await this.page.getByRole('dialog', { name: this.words.say('shrunk.confirmTitle') }).waitFor();
  }

  async goOn(): Promise<void> {
    await this.button('shrunk.confirm').click();
  }
}
