import type { Locator } from 'playwright-core';
import { ConsolePage } from './console-page.ts';

export type SuggestedCopy = 'Main' | 'Second' | 'Cold' | 'Cloud';

/** The first start: welcome, keys, kit, and the buttons that lead from step to step. */
export class SetUpPage extends ConsolePage {
  get welcome(): Locator {
    return this.heading('start.welcomeTitle');
  }

  async begin(): Promise<void> {
    await this.button('start.begin').click();
    await this.heading('keys.title').waitFor();
  }

  async bringEverythingBack(): Promise<void> {
    await this.button('start.recover').click();
    await this.heading('recover.title').waitFor();
  }

  async fillPassphrases(main: string, vault: string, vaultAgain = vault): Promise<void> {
    await this.field('keys.main').fill(main);
    await this.field('keys.mainAgain').fill(main);
    await this.field('keys.vault').fill(vault);
    await this.field('keys.vaultAgain').fill(vaultAgain);
  }

  /** The dialog must have been told the answer before. */
  async chooseKitFolder(path: string): Promise<void> {
    await this.pick('keys.folder', 'Folder', path);
  }

  async createKeys(): Promise<void> {
    await this.button('keys.create').click();
  }

  get kit(): Locator {
    return this.heading('kit.title');
  }

  /** The files that the kit step names. */
  async kitFiles(): Promise<string[]> {
    return this.page
      .getByRole('region', { name: this.words.say('kit.files') })
      .getByRole('code')
      .allInnerTexts();
  }

  async kitIsPrinted(): Promise<void> {
    await this.button('kit.confirm').click();
    await this.heading('start.shopTitle').waitFor();
  }

  get copiesStep(): Locator {
    return this.heading('start.copiesTitle');
  }

  async addSuggested(copy: SuggestedCopy): Promise<void> {
    const name = new RegExp(`^${this.words.say('common.add')}.*${escape(this.words.say(`start.suggest${copy}`))}$`);
    await this.page.getByRole('button', { name }).click();
  }

  async continue(): Promise<void> {
    await this.button('common.continue').click();
    await this.heading('start.readyTitle').waitFor();
  }

  async startFirstBackup(): Promise<void> {
    await this.button('start.firstBackup').click();
  }

  async lookAround(): Promise<void> {
    await this.button('start.later').click();
  }
}

/** For a regular expression. */
function escape(text: string): string {
  return text.replace(/[()]/g, '\\$&');
}
