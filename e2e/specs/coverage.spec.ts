import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { callBridge } from '../support/call-bridge.ts';
import { connectShop } from '../support/connect-shop.ts';
import { createHome } from '../support/create-home.ts';
import type { LaunchedApp } from '../support/launch-app.ts';
import type { Shots } from '../support/shots.ts';
import { backUpBehindTheScenes, setStage, type AllPages, type Stage } from '../support/stage.ts';
import { stepsOfOneStory } from '../support/story.ts';
import { wordsOf } from '../support/words.ts';

/** What is on the server and in no backup: one thing is taken in, one is not needed, and both answers stay. */
const words = wordsOf('zh');
const names = { shop: '我的小店', main: '主硬盘', second: '第二块硬盘' };
const passphrase = '青山 不改 绿水 长流';
const accounts = 'accounts:';
const reason = '机房里另有一份';

let stage: Stage;
let home: string;
let launched: LaunchedApp;
let shots: Shots;
let pages: AllPages;
let kept: string;
let notNeeded: string;
let nextShot = 120;

async function launch(): Promise<void> {
  ({ launched, shots, pages } = await stage.open({ home }, words, nextShot));
}

beforeAll(async () => {
  stage = await setStage();
  home = join(stage.home, 'computer');
  await launch();
  await pages.setUp.welcome.waitFor();
  await createHome(launched, home, passphrase);
  await connectShop(launched, stage.shop, names);
  await backUpBehindTheScenes(launched, names.shop);
});

afterAll(() => stage.close());

stepsOfOneStory(() => shots.take('failed'));

async function comeBack(): Promise<void> {
  await launched.close();
  nextShot += 5;
  await launch();
  await pages.unlock.open(passphrase);
  await pages.timeline.snapshots.first().waitFor();
  await pages.checklist.goTo('checklist');
}

async function inNoBackup(): Promise<number> {
  const seen = await callBridge(launched.page, 'coverage.show', { source: names.shop, look: false });
  if (!seen.ok) throw new Error(seen.error.code);
  return seen.value.things.filter(({ state }) => state === 'open').length;
}

it('names what is in no backup, takes one thing in and believes the owner about another', async () => {
  await comeBack();
  const before = await pages.checklist.openThings();
  kept = before.find((id) => id.startsWith(accounts)) ?? '';
  notNeeded = before.find((id) => id !== kept) ?? '';
  expect([kept, notNeeded]).not.toContain('');
  await shots.takeBoth('coverage-open');
  const open = await inNoBackup();
  await pages.checklist.keepThing(kept);
  await pages.checklist.acceptThing(notNeeded, reason);
  expect(await pages.checklist.thing(notNeeded, 'accepted').innerText()).toContain(reason);
  expect(await inNoBackup()).toBe(open - 2);
  await shots.takeBoth('coverage-answered');
});

it('remembers both answers after a restart, and the next backup has what was taken in', async () => {
  await comeBack();
  await pages.checklist.thing(notNeeded, 'accepted').waitFor();
  await pages.checklist.thing(kept, 'next').waitFor();
  await backUpBehindTheScenes(launched, names.shop);
  await pages.checklist.thing(kept, 'next').waitFor({ state: 'detached' });
  expect(await pages.checklist.thing(kept, 'open').count()).toBe(0);
  await pages.checklist.items.filter({ hasText: kept }).waitFor({ state: 'detached' });
  await shots.takeBoth('coverage-kept');
  await launched.page.emulateMedia({ colorScheme: 'dark' });
  await shots.takeBoth('coverage-dark');
});
