import type { Locator } from 'playwright-core';
import { ConsolePage } from './console-page.ts';

/** Every place that holds the backups, and the check of one. */
export class CopiesPage extends ConsolePage {
  card(name: string): Locator {
    return this.page.getByRole('region', { name, exact: true });
  }

  /** Opens the card, so that what can be done with the copy is there. */
  async details(name: string): Promise<void> {
    const toggle = this.button('copies.detailsLabel', { name });
    if ((await toggle.getAttribute('aria-expanded')) === 'false') await toggle.click();
    await this.button('copies.testLabel', { name }).waitFor();
  }

  get checkPanel(): Locator {
    return this.page.getByRole('radiogroup', { name: this.words.say('verify.depth') });
  }

  async test(name: string): Promise<void> {
    await this.details(name);
    await this.button('copies.testLabel', { name }).click();
  }

  async readEverythingBack(): Promise<void> {
    await this.choose('verify.depthFull');
    await this.button('verify.start').click();
  }

  get isSound(): Locator {
    return this.page.getByRole('heading', { name: this.words.say('verify.goodTitle'), exact: true });
  }

  async askToRemove(name: string): Promise<void> {
    await this.details(name);
    await this.button('copies.removeLabel', { name }).click();
    await this.question(name).waitFor();
  }

  question(name: string): Locator {
    return this.page.getByRole('dialog', { name: this.words.say('copies.removeTitle', { name }) });
  }

  async keepIt(name: string): Promise<void> {
    await this.question(name)
      .getByRole('button', { name: this.words.say('common.cancel'), exact: true })
      .click();
    await this.question(name).waitFor({ state: 'detached' });
  }

  async add(): Promise<void> {
    await this.button('copies.add').click();
  }
}
