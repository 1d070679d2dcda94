import type { Locator } from 'playwright-core';
import { ConsolePage } from './console-page.ts';

/** The shops that are looked after. */
export class ShopsPage extends ConsolePage {
  card(name: string): Locator {
    return this.page.getByRole('region', { name, exact: true });
  }

  async add(): Promise<void> {
    await this.button('shop.add').click();
  }

  async test(name: string): Promise<void> {
    await this.card(name)
      .getByRole('button', { name: this.words.say('common.test'), exact: true })
      .click();
  }

  /** What is asked about a column that came and looks like cards. */
  asked(column: string): Locator {
    return this.page.getByRole('status').filter({ hasText: this.words.say('shop.asked', { column }) });
  }

  async saysNoCard(column: string): Promise<void> {
    await this.asked(column)
      .getByRole('button', { name: this.words.say('shop.isNoCard'), exact: true })
      .click();
  }

  /** Looks for cards and ledgers, and waits for what was found. */
  async propose(): Promise<void> {
    await this.button('shop.propose').click();
    await this.page.getByRole('region', { name: this.words.say('shop.proposeTitle'), exact: true }).waitFor();
  }

  get passedSteps(): Locator {
    return this.page.locator('[data-step][data-state="ok"]');
  }

  async reconnect(name: string): Promise<void> {
    await this.card(name)
      .getByRole('button', { name: this.words.say('shop.reconnect'), exact: true })
      .click();
  }
}
