import type { Locator, Page } from 'playwright-core';
import type { Words } from '../support/words.ts';

/** A long job while it runs. */
export class JobCard {
  readonly #card: Locator;
  readonly #words: Words;

  constructor(page: Page, words: Words, title: string) {
    this.#card = page.getByRole('region', { name: title, exact: true });
    this.#words = words;
  }

  get card(): Locator {
    return this.#card;
  }

  get phase(): Locator {
    return this.#card.getByRole('status');
  }

  async isAt(phase: 'read' | 'copy' | 'load'): Promise<void> {
    await this.phase.getByText(this.#words.say(`job.phase.${phase}`), { exact: true }).waitFor();
  }

  /** Resolves once it says how fast it is. */
  async hasMoved(): Promise<void> {
    const perSecond = this.#words.say('job.speed', { speed: '' }).split(' ').at(-1) ?? '';
    await this.#card.getByText(perSecond).waitFor();
  }

  async stop(): Promise<void> {
    await this.#card.getByRole('button', { name: this.#words.say('job.cancel'), exact: true }).click();
  }
}
