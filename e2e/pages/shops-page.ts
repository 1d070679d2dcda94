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

  get passedSteps(): Locator {
    return this.page.locator('[data-step][data-state="ok"]');
  }

  async reconnect(name: string): Promise<void> {
    await this.card(name)
      .getByRole('button', { name: this.words.say('shop.reconnect'), exact: true })
      .click();
  }
}
