import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { CopiesPage } from '../pages/copies-page.ts';
import { TimelinePage } from '../pages/timeline-page.ts';
import { UnlockPage } from '../pages/unlock-page.ts';
import { connectShop } from '../support/connect-shop.ts';
import { createHome } from '../support/create-home.ts';
import { enginePid } from '../support/engine-process.ts';
import { filesWith } from '../support/files-with.ts';
import type { LaunchedApp } from '../support/launch-app.ts';
import type { RunningShop } from '../support/shop.ts';
import { Shots } from '../support/shots.ts';
import { setStage, type AllPages, type Stage } from '../support/stage.ts';
import { stepsOfOneStory } from '../support/story.ts';
import { wordsOf } from '../support/words.ts';

/** A backup over a slow line that a person stops, and one whose engine is killed under it. */
const words = wordsOf('zh');
const names = { shop: '我的小店', main: '主硬盘', second: '第二块硬盘' };
const passphrase = '大雪 满弓刀 单于 夜遁逃';
const slowBytesPerSecond = 100_000;

let stage: Stage;
let shop: RunningShop;
let launched: LaunchedApp;
let shots: Shots;
let timeline: TimelinePage;
let copies: CopiesPage;
let unlock: UnlockPage;

beforeAll(async () => {
  stage = await setStage();
  shop = stage.shop;
  let pages: AllPages;
  ({ launched, shots, pages } = await stage.open({ home: stage.home }, words, 40));
  await createHome(launched, stage.home, passphrase);
  await connectShop(launched, shop, names);
  await launched.page.reload();
  ({ timeline, copies, unlock } = pages);
});

afterAll(() => stage.close());

stepsOfOneStory(() => shots.take('failed'));

it('stops a backup when asked, says so, and shows no snapshot for it', async () => {
  const job = timeline.running(names.shop);
  shop.limitLine(slowBytesPerSecond);
  await timeline.backUp();
  await job.isAt('read');
  await job.stop();
  await timeline.wasCancelled.waitFor();
  expect(await job.card.count()).toBe(0);
  expect(await timeline.snapshots.count()).toBe(0);
  expect(await timeline.alert.count()).toBe(0);
  await shots.takeBoth('backup-cancelled');
});

it('and the next backup is green', async () => {
  shop.limitLine(null);
  await timeline.backUp();
  await timeline.backedUp.waitFor();
  await timeline.snapshots.first().waitFor();
  expect(await timeline.snapshots.count()).toBe(1);
  await shots.takeBoth('backup-after-cancel');
});

it('an engine that is killed in a backup: calm words, no passphrase asked, and the app stays usable', async () => {
  await shop.touchOrders();
  shop.limitLine(slowBytesPerSecond);
  await timeline.backUp();
  await timeline.running(names.shop).isAt('read');
  const pid = await enginePid(launched.app);
  process.kill(pid, 'SIGKILL');

  await timeline.wasInterrupted.waitFor();
  await shots.takeBoth('backup-interrupted');
  await timeline.canResume();
  expect(await enginePid(launched.app)).not.toBe(pid);
  expect(await unlock.isAsking()).toBe(false);
  await copies.goTo('copies');
  await copies.card(names.second).waitFor();
  await timeline.goTo('timeline');
  await timeline.wasInterrupted.waitFor();
  expect(await timeline.snapshots.count()).toBe(1);
  await shots.takeBoth('engine-back');
});

it('and resuming makes a green backup with the shop’s own sums', async () => {
  shop.limitLine(null);
  await timeline.resume();
  await timeline.backedUp.waitFor();
  await timeline.wasInterrupted.waitFor({ state: 'detached' });
  await timeline.snapshots.nth(1).waitFor();
  expect(await timeline.snapshots.count()).toBe(2);
  await shots.takeBoth('backup-resumed');
  await timeline.openDetails();
  const recorded = await timeline.recordedSum(words.say('ledgerName.orders'));
  expect(recorded.replace(/[^\d.]/g, '')).toBe(await shop.paidTotal());
});

it('what opened the home again is on no disk', async () => {
  expect(await filesWith(stage.home, passphrase)).toEqual([]);
  expect(await filesWith(join(stage.home, 'profile'), shop.login.mysql.password)).toEqual([]);
});
