import type { Locator } from 'playwright-core';
import { ConsolePage } from './console-page.ts';

export interface Login {
  readonly ssh: { readonly host: string; readonly port: number; readonly user: string; readonly keyFile: string };
  readonly mysql: { readonly host: string; readonly port: number; readonly user: string; readonly password: string };
}

/** Connecting a shop: fill in, test, trust, save. */
export class ShopForm extends ConsolePage {
  async fill(name: string, login: Login): Promise<void> {
    await this.field('shop.name').fill(name);
    await this.fillLogin(login);
  }

  async fillLogin({ ssh, mysql }: Login): Promise<void> {
    await this.field('shop.host').fill(ssh.host);
    await this.field('shop.port').fill(String(ssh.port));
    await this.field('shop.user').fill(ssh.user);
    await this.field('shop.mysqlHost').fill(mysql.host);
    await this.field('shop.mysqlPort').fill(String(mysql.port));
    await this.field('shop.mysqlUser').fill(mysql.user);
    await this.fillPassword(mysql.password);
  }

  async fillPassword(password: string): Promise<void> {
    await this.field('shop.mysqlPassword').fill(password);
  }

  async chooseKey(path: string): Promise<void> {
    await this.pick('shop.keyFile', 'File', path);
  }

  async test(): Promise<void> {
    await this.button('shop.test').click();
  }

  /** The card of a server that is met for the first time. */
  get newHost(): Locator {
    return this.alert.filter({ hasText: this.words.say('hostKey.unknownTitle') });
  }

  async trust(): Promise<void> {
    await this.button('hostKey.trust').click();
  }

  get passed(): Locator {
    return this.page.getByRole('status').filter({ hasText: this.words.say('shop.tested') });
  }

  get passedSteps(): Locator {
    return this.page.locator('[data-step][data-state="ok"]');
  }

  async save(): Promise<void> {
    await this.button('shop.save').click();
  }
}
