import type { Locator } from 'playwright-core';
import { ConsolePage } from './console-page.ts';

/** A shop's files and its settings in Redis. */
export class SitePage extends ConsolePage {
  async open(shop: string): Promise<void> {
    await this.page
      .getByRole('region', { name: shop, exact: true })
      .getByRole('button', { name: this.words.say('site.open'), exact: true })
      .click();
    await this.page.getByRole('heading', { level: 1, name: this.words.say('site.title', { name: shop }) }).waitFor();
  }

  async close(): Promise<void> {
    await this.button('site.back').click();
  }

  /** Goes down to a folder of the server and takes it. */
  async keepFolder(folder: string): Promise<void> {
    await this.button('site.choose').click();
    const parts = folder.split('/').slice(1);
    for (let depth = 1; depth < parts.length; depth++)
      await this.button('site.enter', { folder: `/${parts.slice(0, depth).join('/')}` })
        .last()
        .click();
    await this.button('site.keepNamed', { folder }).click();
    await this.page.getByRole('button', { name: `${this.words.say('site.drop')}: ${folder}`, exact: true }).waitFor();
  }

  get findings(): Locator {
    return this.alert.filter({ hasText: this.words.say('site.findingsTitle') });
  }

  /** What changed inside of a file that wants a look. */
  async look(path: string): Promise<string> {
    await this.button('site.lookNamed', { path }).click();
    const shown = this.page.getByRole('region', { name: this.words.say('site.textTitle', { path }), exact: true });
    await shown.getByRole('group').waitFor();
    return shown.innerText();
  }

  /** One of them, while others still wait. */
  async haveLookedAt(path: string): Promise<void> {
    const seen = this.button('site.seenNamed', { path });
    await seen.click();
    await seen.waitFor({ state: 'detached' });
  }

  async haveLooked(): Promise<void> {
    await this.button('site.allSeen').click();
    await this.findings.waitFor({ state: 'detached' });
  }

  async find(path: string): Promise<void> {
    await this.field('site.search').fill(path);
    await this.button('site.find').click();
    await this.files.getByRole('row').nth(2).waitFor({ state: 'detached' });
  }

  get files(): Locator {
    return this.page.getByRole('table', { name: this.words.say('site.filesTitle') });
  }

  /** The dialog must have been told the answer before. */
  async exportHistory(folder: string): Promise<void> {
    await this.button('site.history').click();
    await this.pick('site.historyFolder', 'Folder', folder);
    await this.startExport();
  }

  async startExport(): Promise<void> {
    await this.button('site.historyStart').click();
  }

  get isExported(): Locator {
    return this.page.getByRole('heading', { name: this.words.say('site.historyDone'), exact: true });
  }

  /** Where the site's Redis is, number 1 of its databases: tried, then saved. */
  async keepRedis({
    port,
    password,
    keys,
  }: {
    readonly port: number;
    readonly password: string;
    readonly keys: string;
  }): Promise<void> {
    const isOpen = await this.field('redis.port').isVisible();
    if (!isOpen) await this.button('redis.setUp').click();
    await this.field('redis.port').fill(String(port));
    await this.field('redis.password').fill(password);
    await this.field('redis.keys').fill(keys);
    await this.field('redis.database').fill('1');
    await this.button('redis.save').click();
  }

  redisFound(facts: { readonly keys: string; readonly bytes: string }): Locator {
    return this.page.getByRole('status').filter({ hasText: this.words.say('redis.found', facts) });
  }

  /** What would become of each key, by name. */
  async previewRedis(): Promise<Locator> {
    await this.button('redis.putBack').click();
    const table = this.page.getByRole('table', { name: this.words.say('redis.becomes') });
    await table.waitFor();
    return table;
  }

  async replaceToo(): Promise<void> {
    await this.page.getByRole('checkbox', { name: this.words.say('redis.replace') }).check();
    await this.page.getByText(this.words.say('redis.outcome.replaced'), { exact: true }).first().waitFor();
  }

  async putRedisBack(): Promise<void> {
    await this.button('redis.write').click();
    await this.page.getByText(this.words.say('redis.writtenTitle'), { exact: true }).waitFor();
  }

  async restoreInto(path: string, folder: string): Promise<void> {
    await this.button('site.restoreNamed', { path }).click();
    await this.pick('site.targetFolder', 'Folder', folder);
    await this.button('site.restoreStart').click();
    await this.page.getByRole('heading', { name: this.words.say('site.restoredTitle'), exact: true }).waitFor();
  }
}
