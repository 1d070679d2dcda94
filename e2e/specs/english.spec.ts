import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { redisMissing, startPrivateRedis } from '../support/redis.ts';
import { connectShop } from '../support/connect-shop.ts';
import { createHome } from '../support/create-home.ts';
import { git } from '../support/git.ts';
import type { LaunchedApp } from '../support/launch-app.ts';
import type { RunningShop } from '../support/shop.ts';
import { Shots } from '../support/shots.ts';
import { backUpBehindTheScenes, setStage, type AllPages, type Stage } from '../support/stage.ts';
import { stepsOfOneStory } from '../support/story.ts';
import { chooseInDialogs } from '../support/stub-dialogs.ts';
import { wordsOf } from '../support/words.ts';

/** A computer that speaks English: the second start, the locked door, every screen, and no Chinese anywhere. */
const words = wordsOf('en');
const names = { shop: 'My shop', main: 'Main disk', second: 'Second disk' };
const passphrase = 'copper lantern seven rivers';

let stage: Stage;
let home: string;
let shop: RunningShop;
let launched: LaunchedApp;
let shots: Shots;
let pages: AllPages;

async function launchInEnglish(): Promise<void> {
  ({ launched, shots, pages } = await stage.open({ home, lang: 'en-US' }, words, nextShot));
}

/** The numbering goes on after a second launch. */
let nextShot = 70;

/** The sentence switch of the top bar names both languages in themselves; everything else is English here. */
async function holdsNoChinese(): Promise<void> {
  const text = await launched.page.locator('body').innerText();
  expect(text.replaceAll('中文', '')).not.toMatch(/\p{Script=Han}/u);
  expect(text).not.toMatch(/\{\{|undefined|\[object/);
}

async function picture(name: string): Promise<void> {
  await shots.take(name);
  await holdsNoChinese();
}

beforeAll(async () => {
  stage = await setStage();
  shop = stage.shop;
  home = join(stage.home, 'computer');
  await launchInEnglish();
});

afterAll(() => stage.close());

stepsOfOneStory(() => shots.take('failed'));

it('speaks the language of the computer at the first start', async () => {
  await pages.setUp.welcome.waitFor();
  await picture('english-welcome');
  await createHome(launched, home, passphrase);
  await connectShop(launched, shop, names);
  await backUpBehindTheScenes(launched, names.shop);
  await launched.close();
});

it('is locked at the second start, refuses a wrong passphrase in words and opens with the right one', async () => {
  nextShot = 71;
  await launchInEnglish();
  const { unlock, timeline } = pages;
  await unlock.isShown();
  await picture('english-unlock');
  await unlock.open('not the passphrase');
  const refused = unlock.errorCard('keys.wrong-passphrase');
  await refused.waitFor();
  expect(await refused.innerText()).toContain(words.error('keys.wrong-passphrase'));
  await picture('english-wrong-passphrase');

  await unlock.open(passphrase);
  await timeline.snapshots.first().waitFor();
  await picture('english-timeline');
  await timeline.openDetails();
  await picture('english-snapshot');
  await timeline.closeDetails();
});

it('shows every screen without a word of Chinese', async () => {
  const { timeline, copies, shops, shopForm, checklist, keys } = pages;
  await copies.goTo('copies');
  await copies.card(names.second).waitFor();
  await picture('english-copies');
  await copies.add();
  await picture('english-copy-form');
  await shops.goTo('shops');
  await shops.card(names.shop).waitFor();
  await picture('english-shops');
  await shops.add();
  await shopForm.test();
  await picture('english-shop-form');
  await checklist.goTo('checklist');
  await checklist.items.first().waitFor();
  await picture('english-checklist');
  await keys.goTo('keys');
  await keys.sheets('main').first().waitFor();
  await picture('english-keys');
  await keys.openNewSheet('vault');
  await picture('english-new-sheet');
  await timeline.goTo('timeline');
  await timeline.snapshots.first().waitFor();
});

it('leads through a restore of one table, with the card secrets left sealed', async () => {
  const { restore } = pages;
  await restore.goTo('restore');
  await restore.isAt('snapshot');
  await restore.chooseLatest();
  await picture('english-restore-snapshot');
  await restore.next();
  await restore.isAt('what');
  await restore.someTables('dujiaoka.orders');
  await picture('english-restore-what');
  await restore.next();
  await restore.isAt('from');
  await picture('english-restore-from');
  await restore.next();
  await restore.isAt('into');
  await restore.into('same');
  await picture('english-restore-into');
  await restore.next();
  await restore.isAt('vault');
  await picture('english-restore-vault');
  await restore.next();
  await restore.isAt('confirm');
  await picture('english-restore-confirm');
  await restore.start();
  await restore.isProven.waitFor();
  const [, , before, after] = await restore.ledger(words.say('ledgerName.orders'));
  const paid = await shop.paidTotal();
  expect([before, after].map((sum) => sum?.replace(/[^\d.]/g, ''))).toEqual([paid, paid]);
  expect(await restore.fact('proof.vault')).toBe(words.say('proof.vaultState.closed'));
  await restore.programNotes.waitFor();
  await picture('english-proof');
});

it('adds the cards later: the vault is seen to be open, for what and why, and closed again', async () => {
  const { restore } = pages;
  const reason = 'A customer asks for a card of yesterday';
  shop.limitLine(100_000);
  await restore.addCards('not the vault passphrase', reason);
  await restore.errorCard('keys.wrong-passphrase').waitFor();
  await picture('english-cards-wrong-passphrase');
  await restore.addCards(`${passphrase} 卡密`, reason);
  await restore.vaultBanner.waitFor();
  expect(await restore.vaultBanner.innerText()).toContain(reason);
  await picture('english-vault-open');
  shop.limitLine(null);
  await restore.cardsAreThere.waitFor();
  await restore.vaultBanner.waitFor({ state: 'detached' });
  await picture('english-cards-added');
});

it('follows the log by itself, finds the table that was dropped, and brings it back as it was just before', async () => {
  const { timeline, restore, checklist } = pages;
  await timeline.goTo('timeline');
  await timeline.liveLine.waitFor();
  const paid = await shop.paidTotal();
  await shop.dropOrders();
  await timeline.marker('drop-table').waitFor();
  await shots.takeBoth('live-timeline');
  await holdsNoChinese();
  await checklist.goTo('checklist');
  await checklist.items.first().waitFor();
  await picture('live-checklist');
  await timeline.goTo('timeline');
  await timeline.restoreBefore('drop-table');
  await restore.isAt('what');
  await restore.back();
  await restore.isAt('snapshot');
  await shots.takeBoth('live-restore-moment');
  for (const step of ['what', 'from', 'into'] as const) {
    await restore.next();
    await restore.isAt(step);
  }
  await restore.into('same');
  await restore.next();
  await restore.isAt('vault');
  await restore.openVault(`${passphrase} 卡密`);
  await restore.next();
  await restore.isAt('confirm');
  await shots.takeBoth('live-restore-confirm');
  await restore.start();
  await restore.isProven.waitFor();
  const [, , , after] = await restore.ledger(words.say('ledgerName.orders'));
  expect(after?.replace(/[^\d.]/g, '')).toBe(paid);
  await shots.takeBoth('live-proof');
  await restore.swap();
  await restore.isSwapped.waitFor();
  expect(await shop.paidTotal()).toBe(paid);
  await shots.takeBoth('live-swapped');
});

it('keeps the site’s files, names what changed at night, and brings one file back', async () => {
  const { shops, site } = pages;
  const folder = join(stage.home, 'wwwroot');
  await mkdir(join(folder, 'public', 'uploads'), { recursive: true });
  await writeFile(join(folder, '.env'), 'APP_NAME=shop\nDB_PASSWORD=before\n');
  await writeFile(join(folder, 'public', 'index.php'), '<?php\n');
  await shops.goTo('shops');
  await site.open(names.shop);
  await site.keepFolder(folder);
  await picture('english-site-chooser');
  await backUpBehindTheScenes(launched, names.shop);
  await writeFile(join(folder, '.env'), 'APP_NAME=shop\nDB_PASSWORD=behind\nAPP_DEBUG=true\n');
  await writeFile(join(folder, 'public', 'uploads', 'shell.php'), '<?php eval();\n');
  await shop.addCardColumn();
  await backUpBehindTheScenes(launched, names.shop);
  await site.close();
  await site.open(names.shop);
  await site.findings.waitFor();
  const text = await site.look('.env');
  expect(text).toContain('+APP_DEBUG=true');
  expect(text).not.toMatch(/before|behind/);
  await shots.takeBoth('site-findings');
  await holdsNoChinese();
  await site.haveLookedAt('.env');
  await site.haveLooked();

  const back = join(stage.home, 'back');
  await mkdir(back);
  await chooseInDialogs(launched.app, back);
  await site.find('.env');
  await site.restoreInto('.env', back);
  await picture('english-site-restored');
  expect(await readFile(join(back, '.env'), 'utf8')).toContain('DB_PASSWORD=behind');
});

it('writes the history of config and code into an empty folder, and git reads it', async () => {
  const { site } = pages;
  // The folder with what came back is in use: nothing is written over it.
  await site.exportHistory(join(stage.home, 'back'));
  await site.errorCard('files.target-not-empty').waitFor();
  await picture('english-history-not-empty');
  const folder = join(stage.home, 'history');
  await mkdir(folder);
  await chooseInDialogs(launched.app, folder);
  await site.exportHistory(folder);
  await site.isExported.waitFor();
  await shots.takeBoth('site-history');
  const log = await git(folder, 'log', '--format=%H', '--', '*/.env');
  expect(log.trim().split('\n')).toHaveLength(2);
  const change = await git(folder, 'log', '-1', '-p');
  expect(change).toContain('+APP_DEBUG=true');
  expect(await git(folder, 'fsck', '--strict')).toBe('');
});

it.skipIf(redisMissing !== '')(
  `keeps settings of a Redis with a password, and puts them back${redisMissing}`,
  async () => {
    const { site } = pages;
    const password = 'redis-behind-the-shop';
    const redis = await startPrivateRedis({ dir: stage.home, password });
    try {
      const { port } = redis.target;
      const mail = 'dujiaoka_cache:system-setting';
      const notice = 'dujiaoka_cache:notice-setting';
      await redis.admin.mset(mail, 's:8:"smtp.one";', notice, 's:4:"bark";');
      await site.keepRedis({ port, password: 'not that one', keys: '*-setting' });
      await site.errorCard('redis.refused').waitFor();
      await picture('english-redis-refused');
      await site.keepRedis({ port, password, keys: '*-setting' });
      await site.redisFound({ keys: '2', bytes: '84 B' }).waitFor();
      await picture('english-redis-found');
      await backUpBehindTheScenes(launched, names.shop);
      // One is flushed, one is another; what is there is kept beside.
      await redis.admin.del(mail);
      await redis.admin.set(notice, 's:5:"other";');
      const table = await site.previewRedis();
      const becomes = (key: string) => table.getByRole('row').filter({ hasText: key }).innerText();
      expect(await becomes(mail)).toContain(words.say('redis.outcome.written'));
      expect(await becomes(notice)).toContain(words.say('redis.outcome.kept'));
      await site.replaceToo();
      await shots.takeBoth('site-redis-preview');
      expect(await redis.admin.exists(mail)).toBe(0);
      await site.putRedisBack();
      await picture('english-redis-back');
      expect(await redis.admin.mget(mail, notice)).toEqual(['s:8:"smtp.one";', 's:4:"bark";']);
      const beside = (await redis.admin.keys('*')).filter((key) => key !== mail && key !== notice);
      expect(await redis.admin.mget(beside)).toEqual(['s:5:"other";']);
    } finally {
      await redis.stop();
    }
    await site.close();
  },
);

it('asks about a column that came and looks like cards, and believes the owner', async () => {
  const { shops } = pages;
  const column = 'dujiaoka.carmis.spare';
  await shops.asked(column).waitFor();
  await shops.propose();
  await shots.takeBoth('shop-asked');
  await holdsNoChinese();
  await shops.saysNoCard(column);
  await shops.asked(column).waitFor({ state: 'detached' });
});

it('and offers the way back from a copy to whoever forgot the passphrase', async () => {
  await launched.close();
  nextShot = 88;
  await launchInEnglish();
  const { unlock, setUp } = pages;
  await unlock.isShown();
  await setUp.bringEverythingBack();
  await picture('english-recover');
});
