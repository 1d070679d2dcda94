import { readdir, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { connectShop } from '../support/connect-shop.ts';
import { createHome } from '../support/create-home.ts';
import type { LaunchedApp } from '../support/launch-app.ts';
import { Shots } from '../support/shots.ts';
import { backUpBehindTheScenes, setStage, type AllPages, type Stage } from '../support/stage.ts';
import { stepsOfOneStory } from '../support/story.ts';
import { wordsOf } from '../support/words.ts';

/** Old snapshots are tidied up after a rehearsal, and not one goes while the shop looks robbed. */
const words = wordsOf('zh');
const names = { shop: '我的小店', main: '主硬盘', second: '第二块硬盘' };

let stage: Stage;
let launched: LaunchedApp;
let shots: Shots;
let pages: AllPages;

/** Nothing on the disk is of the last three days any more. */
async function age(): Promise<void> {
  const longAgo = new Date('2025-01-01T00:00:00Z');
  for (const entry of await readdir(stage.shop.disks.main, { recursive: true, withFileTypes: true }))
    if (entry.isFile()) await utimes(join(entry.parentPath, entry.name), longAgo, longAgo);
}

async function manifests(): Promise<string[]> {
  const files = await readdir(stage.shop.disks.main, { recursive: true });
  return files.filter((file) => /manifests[\\/]/.test(file));
}

beforeAll(async () => {
  stage = await setStage();
  const home = join(stage.home, 'computer');
  ({ launched, shots, pages } = await stage.open({ home, lang: 'zh-CN' }, words, 110));
  await pages.setUp.welcome.waitFor();
  await createHome(launched, home, 'copper lantern seven rivers');
  await connectShop(launched, stage.shop, names);
  for (let night = 0; night < 3; night++) {
    await stage.shop.touchOrders();
    await backUpBehindTheScenes(launched, names.shop);
  }
  await age();
});

afterAll(() => stage.close());

stepsOfOneStory(() => shots.take('failed'));

it('shows what would go and why the rest stays, before anything goes', async () => {
  const { copies, retention } = pages;
  // Made behind the scenes: the page learns of its home when it is opened anew.
  await launched.page.reload();
  await copies.goTo('copies');
  await retention.open(names.main);
  await retention.keepDays(1);
  await shots.takeBoth('retention-settings');
  await retention.rehearse();
  await retention.rows('goes').first().waitFor();
  expect(await retention.rows('goes').count()).toBe(2);
  expect(await retention.rows('stays').innerText()).toContain(words.say('retention.keepReason.newest'));
  expect(await manifests()).toHaveLength(3);
  await shots.takeBoth('retention-plan');
});

it('tidies up once a person has said so', async () => {
  const { retention } = pages;
  await retention.confirm(2);
  await retention.isDone.waitFor();
  expect(await manifests()).toHaveLength(1);
  await shots.takeBoth('retention-done');
});

it('refuses calmly while the shop looks robbed, and goes on when it was the owner', async () => {
  const { copies, retention, timeline } = pages;
  await stage.shop.loseCards();
  await backUpBehindTheScenes(launched, names.shop);
  await age();
  await timeline.goTo('timeline');
  await timeline.moneyAlarm(names.shop).waitFor();
  await shots.takeBoth('money-alarm');
  await copies.goTo('copies');
  await retention.open(names.main);
  await retention.keepDays(1);
  await retention.rehearse();
  await retention.looksRobbed(names.shop).waitFor();
  expect(await manifests()).toHaveLength(2);
  await shots.takeBoth('retention-robbed');
  await retention.sayItWasMe();
  await shots.takeBoth('retention-confirm');
  await retention.goOn();
  // The red one does not take the place of the last good one, so nothing goes; the person's word is kept all the same.
  await retention.noteThatItWasMe();
  await retention.isDone.waitFor();
  expect(await manifests()).toHaveLength(2);
  await retention.rehearse();
  await retention.rows('stays').first().waitFor();
  expect(await retention.rows('stays').count()).toBe(2);
  await shots.takeBoth('retention-nothing');
});
