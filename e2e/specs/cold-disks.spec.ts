import { randomUUID } from 'node:crypto';
import { mkdir, readdir, rm, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { callBridge } from '../support/call-bridge.ts';
import { connectShop } from '../support/connect-shop.ts';
import { createHome } from '../support/create-home.ts';
import type { LaunchedApp } from '../support/launch-app.ts';
import { leaveFree, nodeInDays, pathWithRemovableDisks, pluggableDisk } from '../support/pluggable-disk.ts';
import type { Shots } from '../support/shots.ts';
import { backUpBehindTheScenes, setStage, type AllPages, type Scene, type Stage } from '../support/stage.ts';
import { stepsOfOneStory } from '../support/story.ts';
import { chooseInDialogs } from '../support/stub-dialogs.ts';
import { wordsOf } from '../support/words.ts';

/**
 * The ritual of a disk that travels, with a disk that is really mounted and unmounted: enrolled with a place, filled, ejected, noticed when it
 * comes back, pulled out in the middle, full; and a second one that never leaves.
 */
const words = wordsOf('zh');
const names = { shop: '我的小店', main: '主硬盘', second: '第二块硬盘', blue: '蓝色移动硬盘', red: '红色移动硬盘' };
const passphrase = 'copper lantern seven rivers';
const slowBytesPerSecond = 60_000;

let stage: Stage;
let disk: Exclude<Awaited<ReturnType<typeof pluggableDisk>>, string>;
let whyNone: string | null = null;
let launched: LaunchedApp;
let shots: Shots;
let pages: AllPages;
let home: string;
let path: string;

const media = (name: string): string => join(stage.home, 'media', name);

function takeOver(scene: Scene): void {
  ({ launched, shots, pages } = scene);
}

beforeAll(async () => {
  stage = await setStage();
  home = join(stage.home, 'computer');
  const made = await pluggableDisk(stage.home, 'blue', 96);
  if (typeof made === 'string') {
    whyNone = made;
    return;
  }
  disk = made;
  path = await pathWithRemovableDisks(stage.home);
  takeOver(await stage.open({ home, lang: 'zh-CN', env: { PATH: path } }, words, 130));
  await pages.setUp.welcome.waitFor();
  await createHome(launched, home, passphrase);
  await connectShop(launched, stage.shop, names);
  await backUpBehindTheScenes(launched, names.shop);
  await launched.page.reload();
});

afterAll(async () => {
  try {
    // What is mounted below the folder of the story would keep it from being removed.
    if (whyNone === null) await disk.pullOut();
    await stage.close();
  } finally {
    if (whyNone === null) await disk.destroy();
  }
});

stepsOfOneStory(() => shots.take('failed'));

/** A step that needs a disk; where none can be had, it says why and is skipped. */
function step(title: string, run: () => Promise<void>): void {
  it(title, async ({ skip }) => {
    if (whyNone !== null) {
      console.warn(`skipped: no disk can be mounted here: ${whyNone}`);
      skip(whyNone);
    }
    await run();
  });
}

async function limitDisk(maxBytesPerSecond: number | null): Promise<void> {
  const set = { name: names.blue, retention: {}, pin: [], unpin: [], maxBytesPerSecond };
  const done = await callBridge(launched.page, 'destination.set', set);
  if (!done.ok) throw new Error(`The limit was not set: ${done.error.code}`);
}

const red = (): string => join(stage.home, 'red');

async function addRed(): Promise<void> {
  await chooseInDialogs(launched.app, red());
  const chosen = await callBridge(launched.page, 'app.chooseFolder', { purpose: 'cold' });
  if (!chosen.ok || chosen.value === null) throw new Error('The dialog gave no folder.');
  const added = await callBridge(launched.page, 'destination.add', {
    kind: 'disk',
    name: names.red,
    place: '上海家里',
    role: 'cold',
    folderToken: chosen.value.token,
    cold: { everyDays: 7, weekday: 5, autoRun: false },
  });
  if (!added.ok) throw new Error(`The disk was not added: ${added.error.code}`);
}

let nextShot = 130;
/** The same home in a new window, opened with the passphrase. */
async function reopen(env: Readonly<Record<string, string>>): Promise<void> {
  nextShot += 5;
  takeOver(await stage.open({ home, lang: 'zh-CN', env: { PATH: path, ...env } }, words, nextShot));
  await pages.unlock.open(passphrase);
  await pages.coldDisks.menu.waitFor();
}

step('a disk that never leaves does not count as offline, and the owner is told why', async () => {
  const { coldDisks } = pages;
  // A folder of the computer's own disk: the system never ejects that.
  await mkdir(red());
  await addRed();
  await coldDisks.goTo('copies');
  await coldDisks.start(names.red);
  await coldDisks.ended('to-eject').waitFor();
  await shots.takeBoth('cold-not-ejected');
  await launched.close();

  const node = await nodeInDays(stage.home, 2);
  if (node === null) {
    console.warn('not looked at: the engine of this Electron has no Node of its own whose clock could be moved');
  } else {
    await reopen({ SHOUHU_ENGINE_NODE: node });
    await pages.coldDisks.goTo('copies');
    await pages.coldDisks.says(names.red, words.say('cold.is.neverLeft'));
    await shots.takeBoth('cold-never-left');
    await pages.checklist.goTo('checklist');
    await pages.checklist.says('weekly-cold-offsite', 'warn');
    await launched.page.getByText(words.say('todo.cold-never-unplugged')).first().waitFor();
    await shots.take('cold-checklist');
    await launched.close();
  }
  await reopen({});
  const removed = await callBridge(launched.page, 'destination.remove', { name: names.red });
  expect(removed.ok).toBe(true);
});

step('a new disk is enrolled with its place and its days', async () => {
  const { coldDisks, copyForm } = pages;
  await disk.plugIn(media('USB'));
  await mkdir(join(media('USB'), '守护备份'));
  await coldDisks.goTo('copies');
  await coldDisks.add();
  await coldDisks.chooseColdDisk();
  await copyForm.fillName(names.blue);
  await chooseInDialogs(launched.app, join(media('USB'), '守护备份'));
  await copyForm.chooseFolder(join(media('USB'), '守护备份'));
  await copyForm.test();
  await coldDisks.placeIsMissing.waitFor();
  await copyForm.fillPlace('北京办公室');
  await coldDisks.fillRhythm(7, '星期五');
  await shots.takeBoth('cold-form');
  await copyForm.testAndSave();
  await coldDisks.says(names.blue, words.say('cold.is.newHere'));
  await shots.takeBoth('cold-new');
});

step('a round shows how far it is, and ends with leave to unplug and the next Friday', async () => {
  const { coldDisks } = pages;
  await limitDisk(slowBytesPerSecond);
  await coldDisks.start(names.blue);
  await coldDisks.at('copy').waitFor();
  await coldDisks.running(names.blue).hasMoved();
  await shots.takeBoth('cold-running');
  await coldDisks.ended('safe').waitFor();
  const said = await coldDisks.ended('safe').innerText();
  expect(said).toContain('北京办公室');
  expect(said).toContain('星期五');
  await shots.takeBoth('cold-safe');
  // Ejected: the disk is mounted no more.
  expect(await readdir(media('USB'))).toEqual([]);
  await coldDisks.dismissEnd();
  await coldDisks.card(names.blue).getByText('离线保管着').waitFor();
  await coldDisks.details(names.blue);
  await shots.takeBoth('cold-resting');
});

step('the disk is noticed when it comes back, under whatever name', async () => {
  const { coldDisks } = pages;
  await disk.plugIn(media('USB1'));
  await coldDisks.arrival(names.blue).waitFor();
  await shots.takeBoth('cold-arrived');
  await coldDisks.startFromArrival(names.blue);
  await coldDisks.ended('safe').waitFor();
  expect(await coldDisks.ended('safe').innerText()).toContain(words.say('cold.wroteNothing'));
  await shots.take('cold-nothing-missing');
  await coldDisks.dismissEnd();
});

step('pulled out in the middle: nothing is harmed, which is said, and the round goes on when it is back', async () => {
  const { coldDisks } = pages;
  await stage.shop.touchOrders();
  await backUpBehindTheScenes(launched, names.shop);
  // Three chunks only, and slow: twenty seconds in which it can be pulled out. A speed may never be shown for so few.
  await limitDisk(slowBytesPerSecond / 4);
  await disk.plugIn(media('USB'));
  await coldDisks.arrival(names.blue).waitFor();
  await coldDisks.startFromArrival(names.blue);
  await coldDisks.at('copy').waitFor();
  await disk.pullOut();
  const card = coldDisks.errorCard('disk.pulled-out');
  await card.waitFor();
  await shots.takeBoth('cold-pulled-out');
  // Nothing was written into the folder that the disk left behind.
  expect(await readdir(media('USB'))).toEqual([]);

  await disk.plugIn(media('USB'));
  await limitDisk(null);
  await coldDisks.tryAgain();
  await coldDisks.ended('safe').waitFor();
  await coldDisks.dismissEnd();
  await disk.plugIn(media('USB'));
  expect(await readdir(join(media('USB'), '守护备份', 'manifests'))).toHaveLength(2);
  const verified = await callBridge(launched.page, 'verify.run', {
    destination: names.blue,
    readPercent: 100,
    healFrom: null,
    jobId: randomUUID(),
  });
  expect(verified).toMatchObject({ ok: true, value: { damaged: [], missing: [], snapshots: 2 } });
});

step('a full disk offers what its rule would free, and has room again after that', async () => {
  const { coldDisks, retention } = pages;
  const folder = join(media('USB'), '守护备份');
  // Away meanwhile: a backup would bring the snapshot to it at once.
  await disk.pullOut();
  await stage.shop.touchOrders();
  await backUpBehindTheScenes(launched, names.shop);
  await disk.plugIn(media('USB'));
  const longAgo = new Date('2025-01-01T00:00:00Z');
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true }))
    if (entry.isFile()) await utimes(join(entry.parentPath, entry.name), longAgo, longAgo);
  const rule = { keepAll: false, keepDaily: 1, keepWeekly: 0, keepMonthly: 0 };
  await callBridge(launched.page, 'destination.set', { name: names.blue, retention: rule, pin: [], unpin: [] });
  await leaveFree(media('USB'), 0);
  const input = { name: names.blue, eject: false, wait: false, jobId: randomUUID() };
  const refused = await callBridge(launched.page, 'cold.run', input);
  if (refused.ok) throw new Error('A full disk took another snapshot.');
  const { facts } = refused.error;
  expect(facts['removable']).toBe(1);
  // Somebody's photographs leave a little less than is needed.
  await rm(join(media('USB'), '假期照片.zip'));
  await leaveFree(media('USB'), Number(facts['neededBytes']) + Number(facts['keptBytes']) - 300_000);
  await coldDisks.start(names.blue);
  await coldDisks.errorCard('disk.no-room').waitFor();
  await shots.takeBoth('cold-full');
  await coldDisks.lookWhatWouldGo();
  await retention.panel(names.blue).waitFor();
  await shots.take('cold-full-rule');
  await retention.rehearse();
  await retention.rows('goes').first().waitFor();
  expect(await retention.rows('goes').count()).toBe(1);
  await retention.confirm(1);
  await retention.isDone.waitFor();
  await shots.take('cold-full-tidied');
  await retention.close(names.blue);
  await coldDisks.tryAgainWithRoom();
  await coldDisks.ended('safe').waitFor();
  await shots.takeBoth('cold-full-done');
  await coldDisks.dismissEnd();
});

step('six copies fit on the page, and the disks among them take turns', async () => {
  const { coldDisks } = pages;
  await addRed();
  for (const [name, cloud] of [
    ['云一', stage.shop.clouds[0]],
    ['云二', stage.shop.clouds[1]],
  ] as const) {
    const added = await callBridge(launched.page, 'destination.add', {
      kind: 's3',
      name,
      place: null,
      provider: 'custom',
      region: null,
      prefix: 'shouhu',
      ...cloud,
    });
    if (!added.ok) throw new Error(`The bucket was not added: ${added.error.code}`);
  }
  await coldDisks.goTo('copies');
  await coldDisks.card('云二').waitFor();
  await shots.takeBoth('copies-six');
  await coldDisks.details(names.main);
  await coldDisks.details(names.red);
  await shots.takeBoth('copies-six-open');
});
