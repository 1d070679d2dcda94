import { cp, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { callBridge } from '../support/call-bridge.ts';
import { connectShop } from '../support/connect-shop.ts';
import { createHome } from '../support/create-home.ts';
import { openCards } from '../support/open-cards.ts';
import { kitFile, kitPage, kitWords } from '../support/kit-words.ts';
import type { LaunchedApp } from '../support/launch-app.ts';
import { printedPages } from '../support/printed-pages.ts';
import { Shots } from '../support/shots.ts';
import { backUpBehindTheScenes, setStage, type AllPages, type Stage } from '../support/stage.ts';
import { stepsOfOneStory } from '../support/story.ts';
import { chooseInDialogs } from '../support/stub-dialogs.ts';
import { wordsOf } from '../support/words.ts';

/** The paper is tried before the worst day, the passphrase is changed, a sheet is given away and taken back. */
const words = wordsOf('zh');
const names = { shop: '我的小店', main: '主硬盘', second: '第二块硬盘' };
const passphrase = '青山 不改 绿水 长流';
const vaultPassphrase = `${passphrase} 卡密`;
const newVaultPassphrase = '落霞 孤鹜 秋水 长天';
const next = '明月 松间 清泉 石上';

let stage: Stage;
let home: string;
let launched: LaunchedApp;
let shots: Shots;
let pages: AllPages;
let nextShot = 90;

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
  await launched.close();
  await launch();
  await pages.unlock.open(passphrase);
  await pages.timeline.snapshots.first().waitFor();
});

afterAll(() => stage.close());

stepsOfOneStory(() => shots.take('failed'));

it('says which word on the paper is wrong, then opens a real chunk with the right ones', async () => {
  const { keys, checklist } = pages;
  const paper = await kitWords(join(home, 'kit'), 'main');
  await keys.goTo('keys');
  await keys.sheets('main').first().waitFor();
  await shots.takeBoth('keys');
  await keys.tryPaper('main');
  await shots.takeBoth('keys-rehearse-empty');
  await keys.typeWords(paper.with(8, paper[8] === 'zoo' ? 'abandon' : 'zoo').join(' '));
  await keys.wrongWord(9).waitFor();
  await shots.takeBoth('keys-rehearse-wrong-word');

  // As a scanner of the sheet's QR code would give them.
  await keys.typeWords(`SHOUHU-KIT-1:MAIN:0192AABB-CCDD-7EEE-8FFF-001122334455:${paper.join(' ').toUpperCase()}`);
  await keys.works.waitFor();
  expect(await keys.works.innerText()).toMatch(/主硬盘.*dujiaoka\.\w+ 的 [\d,]+ 行/s);
  await shots.takeBoth('keys-rehearsed');
  await keys.done();
  expect(await keys.sheets('main').first().innerText()).toContain(
    words.say('keyring.rehearsedOn', { date: '' }).replace(/^\s+/, ''),
  );
  await checklist.goTo('checklist');
  await checklist.says('recovery-kit', 'ok');
});

it('tries the vault’s paper without showing a card', async () => {
  const { keys } = pages;
  await keys.goTo('keys');
  await keys.tryPaper('vault');
  await keys.typeWords((await kitWords(join(home, 'kit'), 'vault')).join(' '));
  await keys.works.waitFor();
  expect(await keys.works.innerText()).toMatch(/dujiaoka\.\w+ 里封存的 [\d,]+ 行/);
  await shots.takeBoth('keys-rehearsed-vault');
  await keys.done();
});

it('changes the main passphrase, and only the new one opens the door', async () => {
  const { keys } = pages;
  await keys.openChange('main');
  await shots.takeBoth('keys-change-empty');
  await keys.changePassphrase('not the passphrase', next);
  await keys.errorCard('keys.wrong-passphrase').waitFor();
  await shots.takeBoth('keys-change-wrong');
  await keys.changePassphrase(passphrase, next);
  await keys.isChanged.waitFor();
  const told = await keys.isChanged.innerText();
  for (const copy of [names.main, names.second])
    expect(told).toContain(words.say('keyring.copyRenewed', { destination: copy }));
  await shots.takeBoth('keys-changed');
  nextShot = 110;
  await launched.close();

  await launch();
  await pages.unlock.open(passphrase);
  await pages.unlock.errorCard('keys.wrong-passphrase').waitFor();
  await pages.unlock.open(next);
  await pages.timeline.snapshots.first().waitFor();
});

it('writes a sheet for another person and revokes it again', async () => {
  const { keys } = pages;
  await keys.goTo('keys');
  const folder = join(home, 'paper');
  await mkdir(folder);
  await chooseInDialogs(launched.app, folder);
  await keys.openNewSheet('main');
  await keys.writeSheet('main', next, '小李', folder);
  await shots.takeBoth('keys-sheet-written');
  const page = await kitPage(folder, 'main');
  for (const part of ['小李', names.second, stage.shop.disks.second]) expect(page).toContain(part);
  expect(await printedPages(launched.app, await kitFile(folder, 'main', 'html'))).toBe(1);
  await keys.done();

  expect(await keys.sheets('main').count()).toBe(2);
  const given = keys.sheets('main').filter({ hasText: '小李' });
  const number = /[0-9a-f]{8}/.exec(await given.innerText())?.[0] ?? '';
  expect(page).toContain(number);
  await shots.takeBoth('keys-two-sheets');
  await keys.askToRevoke(number);
  await shots.takeBoth('keys-revoke-question');
  await keys.revoke(number);
  await shots.takeBoth('keys-revoked');
  await keys.done();
  await given.waitFor({ state: 'detached' });
  expect(await keys.sheets('main').count()).toBe(1);
});

it('gives the vault new keys: who stays opens what comes later, a former holder opens nothing new', async () => {
  const { keys } = pages;
  const given = join(home, 'for-li');
  const paper = join(home, 'new-vault');
  for (const folder of [given, paper]) await mkdir(folder);
  await chooseInDialogs(launched.app, given);
  await keys.openNewSheet('vault');
  await keys.writeSheet('vault', vaultPassphrase, '小李', given);
  await keys.done();

  // What a partner took with him: the ways in of that day. His copy of the data would be the copies' own.
  const header = join(home, 'taken.json');
  await cp(join(stage.shop.disks.main, 'shouhu.json'), header);
  await chooseInDialogs(launched.app, paper);
  await keys.openRotation();
  expect(await keys.outlookOf(names.main)).toBe('here');
  expect(await keys.outlookOf(names.second)).toBe('here');
  expect(await keys.keepBox('小李').isChecked()).toBe(false);
  await keys.keepBox('小李').check();
  await shots.takeBoth('keys-rotate');
  await keys.rotate('not the passphrase', newVaultPassphrase, '小王离开了', paper);
  await keys.errorCard('keys.wrong-passphrase').waitFor();
  await shots.takeBoth('keys-rotate-wrong');
  await keys.typeVaultPassphrase(vaultPassphrase);
  await keys.startRotation();
  await keys.isRotated.waitFor();
  const told = await keys.isRotated.innerText();
  for (const copy of [names.main, names.second])
    expect(told).toContain(words.say('keyring.copyRenewed', { destination: copy }));
  expect(told).toContain(await kitFile(paper, 'vault', 'html'));
  await shots.takeBoth('keys-rotated');
  await keys.done();
  expect(await keys.sheets('vault').count()).toBe(2);

  await stage.shop.touchOrders();
  await backUpBehindTheScenes(launched, names.shop);
  const copy = { folder: stage.shop.disks.main, mainWords: await kitWords(join(home, 'kit'), 'main'), at: home };
  const former = await kitWords(join(home, 'kit'), 'vault');
  const kept = await openCards({ ...copy, vaultWords: await kitWords(given, 'vault') });
  expect(kept).toMatchObject({ exitCode: 0 });
  expect(kept.cards).toBeGreaterThan(1000);
  const fresh = await openCards({ ...copy, vaultWords: await kitWords(paper, 'vault') });
  expect(fresh.cards).toBe(kept.cards);
  const late = await openCards({ ...copy, vaultWords: former });
  expect(late.exitCode).not.toBe(0);
  // Not even with the old header in the place of the new one, which still opens what was there before.
  const listed = await callBridge(launched.page, 'snapshots.list', { source: names.shop, atDestination: null });
  const oldest = listed.ok ? listed.value.snapshots.toSorted((a, b) => a.at.localeCompare(b.at))[0]?.id : undefined;
  const then = await openCards({
    ...copy,
    vaultWords: former,
    header,
    ...(oldest === undefined ? {} : { snapshot: oldest }),
  });
  expect(then).toMatchObject({ exitCode: 0, cards: kept.cards });
  const before = await openCards({ ...copy, vaultWords: former, header });
  expect(before.exitCode).not.toBe(0);
  expect([late.cards, before.cards]).toEqual([0, 0]);
});
