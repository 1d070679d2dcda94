import type { Locator } from 'playwright-core';
import { ConsolePage } from './console-page.ts';

/** What has been seen to be so, item by item. */
export class ChecklistPage extends ConsolePage {
  get items(): Locator {
    return this.page.locator('[data-item]');
  }

  async stateOf(item: string): Promise<string | null> {
    return this.page.locator(`[data-item="${item}"]`).getAttribute('data-state');
  }

  /** Resolves once the item is in this state. */
  async says(item: string, state: 'ok' | 'warn' | 'fail' | 'unknown'): Promise<void> {
    await this.page.locator(`[data-item="${item}"][data-state="${state}"]`).waitFor();
  }

  async checkAgain(): Promise<void> {
    await this.button('checklist.refresh').click();
  }

  /** A thing on the server, by what was said of it. */
  thing(id: string, state: 'open' | 'next' | 'accepted'): Locator {
    return this.page.locator(`[data-thing="${id}"][data-thing-state="${state}"]`);
  }

  /** The ids of what is in no backup and what nobody has said anything about, as the page lists them. */
  async openThings(): Promise<string[]> {
    const rows = this.page.locator('[data-thing-state="open"]');
    await rows.first().waitFor();
    return rows.evaluateAll((found) => found.map((row) => row.getAttribute('data-thing') ?? ''));
  }

  async keepThing(id: string): Promise<void> {
    await this.thing(id, 'open')
      .getByRole('button', { name: this.words.say('coverage.keep'), exact: true })
      .click();
    await this.thing(id, 'next').waitFor();
  }

  /** “Not needed”, or of something that cannot be seen “that is fine”, and why. */
  async acceptThing(id: string, reason: string): Promise<void> {
    const row = this.thing(id, 'open');
    const word = this.words.say(id.startsWith('unseen:') ? 'coverage.isFine' : 'coverage.accept');
    await row.getByRole('button', { name: word, exact: true }).click();
    await row.getByLabel(this.words.say('coverage.because'), { exact: true }).fill(reason);
    await row.getByRole('button', { name: word, exact: true }).click();
    await this.thing(id, 'accepted').waitFor();
  }
}
