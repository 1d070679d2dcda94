import { ConsolePage } from './console-page.ts';

/** The door: the main passphrase. */
export class UnlockPage extends ConsolePage {
  async isShown(): Promise<void> {
    await this.heading('unlock.title').waitFor();
  }

  async isAsking(): Promise<boolean> {
    return (await this.heading('unlock.title').count()) > 0;
  }

  async open(passphrase: string): Promise<void> {
    await this.field('unlock.passphrase').fill(passphrase);
    await this.button('unlock.submit').click();
  }
}
