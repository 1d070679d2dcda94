import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { connectShop } from '../support/connect-shop.ts';
import { createHome } from '../support/create-home.ts';
import { kitWords } from '../support/kit-words.ts';
import { launchApp, type LaunchedApp } from '../support/launch-app.ts';
import { askAfterLoading } from '../support/load-sql.ts';
import type { RunningShop } from '../support/shop.ts';
import { Shots } from '../support/shots.ts';
import { backUpBehindTheScenes, setStage, type AllPages, type Stage } from '../support/stage.ts';
import { stepsOfOneStory } from '../support/story.ts';
import { chooseInDialogs } from '../support/stub-dialogs.ts';
import { wordsOf } from '../support/words.ts';

/** The old computer is gone. There is a new one, the second disk, and two sheets of paper. */
const words = wordsOf('zh');
const names = { shop: '我的小店', main: '主硬盘', second: '第二块硬盘' };
const wrongPosition = 7;

let stage: Stage;
let shop: RunningShop;
let launched: LaunchedApp;
let shots: Shots;
let paper: string;
let pages: AllPages;

/** A backup on another computer, which is then put away. */
async function backUpOnOldComputer(home: string): Promise<void> {
  const old = await launchApp({ home });
  try {
    await createHome(old, home, '这个口令 谁也 记不得了');
    await connectShop(old, shop, names);
    await backUpBehindTheScenes(old, names.shop);
  } finally {
    await old.close();
  }
}

beforeAll(async () => {
  stage = await setStage();
  shop = stage.shop;
  // A disk with other things on it: the backup keeps to a folder of its own, and the person chooses the disk all the same.
  await writeFile(join(shop.disks.second, '家庭照片.txt'), '照片');
  const oldHome = join(stage.home, 'old-computer');
  await backUpOnOldComputer(oldHome);
  paper = join(oldHome, 'kit');
  ({ launched, shots, pages } = await stage.open({ home: join(stage.home, 'new-computer') }, words, 50));
});

afterAll(() => stage.close());

stepsOfOneStory(() => shots.take('failed'));

it('asks for a copy and a secret', async () => {
  const { setUp, recover } = pages;
  await setUp.welcome.waitFor();
  await setUp.bringEverythingBack();
  await shots.takeBoth('recover-empty');
  await recover.start();
  await shots.takeBoth('recover-incomplete');
  await chooseInDialogs(launched.app, shop.disks.second);
  await recover.chooseFolder(shop.disks.second);
});

it('says which of the words is wrong', async () => {
  const { recover } = pages;
  const typed = (await kitWords(paper, 'main')).with(wrongPosition - 1, 'zzzz');
  await recover.typeWords(typed.join(' '));
  await recover.start();
  await recover.wrongWord(wrongPosition).waitFor();
  await shots.takeBoth('recover-wrong-word');
});

it('brings the timeline back with the right words', async () => {
  const { recover, timeline, shops, copies } = pages;
  await recover.typeWords((await kitWords(paper, 'main')).join(' '));
  await shots.takeBoth('recover-words');
  await recover.start();
  await recover.isDone.waitFor();
  await shots.takeBoth('recover-done');
  await recover.openTimeline();
  await timeline.snapshots.first().waitFor();
  expect(await timeline.snapshots.count()).toBe(1);
  await launched.page.getByText(words.say('timeline.nextCredentials')).waitFor();
  await shots.takeBoth('recovered-timeline');
  await copies.goTo('copies');
  await launched.page
    .getByText(words.say('copyState.listed'))
    .or(launched.page.getByText('recovered'))
    .first()
    .waitFor();
  await shots.takeBoth('recovered-copies');
  await shops.goTo('shops');
  await shops.card(names.shop).getByText(words.say('shop.noCredentialsText')).waitFor();
  await shots.takeBoth('recovered-shops');
});

it('restores to a .sql file that the stock client loads, card secrets too, equal to the cent', async () => {
  const { timeline, restore } = pages;
  const file = join(stage.home, 'shop.sql');
  await timeline.goTo('timeline');
  await timeline.restoreFirst();
  await restore.isAt('what');
  await restore.next();
  await restore.isAt('from');
  await restore.next();
  await restore.isAt('into');
  await restore.into('sql');
  await chooseInDialogs(launched.app, file);
  await restore.chooseSqlFile(file);
  await shots.takeBoth('restore-into-sql');
  await restore.next();
  await restore.isAt('vault');
  await restore.openVaultWithWords((await kitWords(paper, 'vault')).join(' '));
  await shots.takeBoth('restore-vault-words');
  await restore.next();
  await restore.isAt('confirm');
  await shots.takeBoth('restore-confirm-sql');
  await restore.start();
  await restore.fileIsWritten.waitFor();
  expect(await restore.fact('proof.vault')).toBe(words.say('proof.vaultState.open'));
  expect(await restore.fact('proof.file')).toBe(file);
  const [, , sum] = await restore.ledger(words.say('ledgerName.orders'));
  expect(sum?.replace(/[^\d.]/g, '')).toBe(await shop.paidTotal());
  await shots.takeBoth('proof-sql');

  const { database } = shop;
  const paid = `SELECT SUM(actual_price) AS answer FROM ${database}.orders WHERE status IN (2, 3, 4, 5, 6)`;
  expect(await askAfterLoading(file, paid)).toBe(await shop.paidTotal());
  const cards = `SELECT COUNT(*) AS answer FROM ${database}.carmis WHERE carmi <> ''`;
  expect(Number(await askAfterLoading(file, cards))).toBeGreaterThan(20_000);
});

it('and backs the shop up again once its passwords are typed, without reading everything anew', async () => {
  const { shops, shopForm, timeline } = pages;
  await shops.goTo('shops');
  await shops.reconnect(names.shop);
  await shots.takeBoth('recovered-reconnect');
  await chooseInDialogs(launched.app, shop.login.ssh.keyFile);
  await shopForm.chooseKey(shop.login.ssh.keyFile);
  await shopForm.fillLogin(shop.login);
  await shopForm.test();
  await shopForm.newHost.waitFor();
  await shopForm.trust();
  await shopForm.passed.waitFor();
  await shopForm.save();
  await shops.card(names.shop).waitFor();
  expect(await shops.card(names.shop).getByText(words.say('shop.noCredentialsText')).count()).toBe(0);

  await timeline.goTo('timeline');
  await timeline.backUp();
  await timeline.backedUp.waitFor();
  await timeline.snapshots.nth(1).waitFor();
  expect(await timeline.snapshots.count()).toBe(2);
  const allReused = new RegExp(words.say('backup.reused', { reused: String.raw`(\d+)`, total: String.raw`\1` }));
  await launched.page.getByText(allReused).waitFor();
  await shots.takeBoth('recovered-backup');
});
