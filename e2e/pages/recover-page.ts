import type { Locator } from 'playwright-core';
import { ConsolePage } from './console-page.ts';

/** Everything back from one copy and one secret. */
export class RecoverPage extends ConsolePage {
  async chooseFolder(path: string): Promise<void> {
    await this.pick('recover.folder', 'Folder', path);
  }

  async typeWords(words: string): Promise<void> {
    await this.choose('recover.byWords');
    await this.field('recover.words').fill(words);
  }

  async start(): Promise<void> {
    await this.button('recover.submit').click();
  }

  /** The line that says which of the words is wrong. */
  wrongWord(position: number): Locator {
    return this.alert.filter({ hasText: this.words.say('recover.wrongWord', { position }) });
  }

  get isDone(): Locator {
    return this.page.getByRole('heading', { name: this.words.say('recover.doneTitle'), exact: true });
  }

  async openTimeline(): Promise<void> {
    await this.button('recover.open').click();
  }
}
