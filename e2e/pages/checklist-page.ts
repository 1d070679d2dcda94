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
}
