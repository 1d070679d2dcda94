import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { LaunchedApp } from '../support/launch-app.ts';
import type { RunningShop } from '../support/shop.ts';
import { Shots } from '../support/shots.ts';
import { setStage, type AllPages, type Stage } from '../support/stage.ts';
import { stepsOfOneStory } from '../support/story.ts';
import { chooseInDialogs } from '../support/stub-dialogs.ts';
import { wordsOf } from '../support/words.ts';

/** From a bare computer to a restore that is proven to the cent, as the owner of a shop meets it. */
const words = wordsOf('zh');
const name = '我的小店';
const copies = { main: '主硬盘', second: '第二块硬盘', usb: 'U 盘', cloudA: '云存储', cloudB: '云存储 2' };
const mainPassphrase = '青山 不改 绿水 长流';
const vaultPassphrase = '卡密 只在 柜子 里面';

let stage: Stage;
let shop: RunningShop;
let launched: LaunchedApp;
let shots: Shots;
let pages: AllPages;

const choosing = (path: string) => chooseInDialogs(launched.app, path);

beforeAll(async () => {
  stage = await setStage();
  shop = stage.shop;
  ({ launched, shots, pages } = await stage.open({ home: join(stage.home, 'computer') }, words, 1));
});

afterAll(() => stage.close());

stepsOfOneStory(() => shots.take('failed'));

it('begins with a welcome and two passphrases, and says what is wrong with them', async () => {
  const { setUp } = pages;
  await setUp.welcome.waitFor();
  await shots.takeBoth('welcome');
  await setUp.begin();
  await shots.takeBoth('keys-empty');

  await setUp.fillPassphrases(mainPassphrase, vaultPassphrase, `${vaultPassphrase}？`);
  await setUp.createKeys();
  await launched.page.getByText(words.say('keys.differ')).waitFor();
  await launched.page.getByText(words.say('keys.folderMissing')).waitFor();
  await shots.takeBoth('keys-wrong');
});

it('makes the keys and writes the recovery kit into the chosen folder', async () => {
  const { setUp } = pages;
  const paper = join(stage.home, 'paper');
  await mkdir(paper);
  await choosing(paper);
  await setUp.fillPassphrases(mainPassphrase, vaultPassphrase);
  await setUp.chooseKitFolder(paper);
  await shots.takeBoth('keys-filled');
  await setUp.createKeys();
  await setUp.kit.waitFor();

  const files = await setUp.kitFiles();
  expect(files.filter((file) => file.startsWith(paper))).toEqual(files);
  expect(files.filter((file) => file.endsWith('.html'))).toHaveLength(2);
  await shots.takeBoth('kit');
  await setUp.kitIsPrinted();
});

it('connects the shop: the new server is shown, a wrong password is told in words, a right one passes', async () => {
  const { shopForm } = pages;
  await shots.takeBoth('shop-empty');
  await shopForm.test();
  await shots.takeBoth('shop-incomplete');

  await choosing(shop.login.ssh.keyFile);
  await shopForm.chooseKey(shop.login.ssh.keyFile);
  await shopForm.fill(name, shop.login);
  await shopForm.fillPassword('not the password');
  await shopForm.test();
  await shopForm.newHost.waitFor();
  expect(await shopForm.newHost.innerText()).toContain(shop.fingerprint);
  await shots.takeBoth('shop-new-host');

  await shopForm.trust();
  const refused = shopForm.errorCard('mysql.auth-failed');
  await refused.waitFor();
  const said = await refused.innerText();
  expect(said).toContain(words.error('mysql.auth-failed'));
  expect(said).toContain(words.say('meaning.connection'));
  expect(said).not.toMatch(/\{\{|…|undefined/);
  expect(await shopForm.passedSteps.count()).toBe(1);
  await shots.takeBoth('shop-wrong-password');

  await shopForm.fillPassword(shop.login.mysql.password);
  await shopForm.test();
  await shopForm.passed.waitFor();
  expect(await shopForm.passedSteps.count()).toBe(4);
  await shots.takeBoth('shop-tested');
  await shopForm.save();
  await pages.setUp.copiesStep.waitFor();
});

it('adds three disks and two clouds, each tested before it is saved', async () => {
  const { setUp, copyForm } = pages;
  await shots.takeBoth('copies-step-empty');
  for (const [kind, folder, kept] of [
    ['Main', shop.disks.main, ''],
    ['Second', shop.disks.second, ''],
    ['Cold', shop.disks.usb, '上海家里的抽屉'],
  ] as const) {
    await setUp.addSuggested(kind);
    await choosing(folder);
    await copyForm.chooseFolder(folder);
    await copyForm.fillPlace(kept);
    await copyForm.test();
    await copyForm.passed.waitFor();
    if (kind !== 'Second') await shots.takeBoth(`copy-${kind.toLowerCase()}-tested`);
    await copyForm.save();
  }
  await setUp.addSuggested('Cloud');
  await shots.takeBoth('cloud-empty');
  const [first, second] = shop.clouds;
  await copyForm.fillCloud({ ...first, secretKey: 'not the key' });
  await copyForm.test();
  await copyForm.alert.waitFor();
  await shots.takeBoth('cloud-wrong-key');
  await copyForm.fillSecretKey(first.secretKey);
  await copyForm.test();
  await copyForm.passed.waitFor();
  await shots.takeBoth('cloud-tested');
  await copyForm.save();
  await setUp.addSuggested('Cloud');
  await copyForm.fillCloud(second);
  await copyForm.testAndSave();

  for (const copy of Object.values(copies)) await launched.page.getByText(copy, { exact: true }).last().waitFor();
  await shots.takeBoth('copies-step-done');
  await setUp.continue();
  await shots.takeBoth('ready');
});

it('makes the first backup, with live progress, to every copy', async () => {
  const { setUp, timeline } = pages;
  shop.limitLine(500_000);
  await setUp.startFirstBackup();
  const job = timeline.running(name);
  await job.hasMoved();
  await shots.takeBoth('backup-running');
  shop.limitLine(null);
  await timeline.backedUp.waitFor();

  await timeline.snapshots.first().waitFor();
  expect(await timeline.snapshots.count()).toBe(1);
  const badges = await timeline.badges(timeline.snapshots.first()).allInnerTexts();
  expect(badges.map((badge) => badge.split(' · ')[0]).sort()).toEqual(Object.values(copies).sort());
  expect(await timeline.alert.count()).toBe(0);
  await shots.takeBoth('timeline-after-backup');
});

it('shows the snapshot in full: the sums are those of the shop’s own server', async () => {
  const { timeline } = pages;
  await timeline.openDetails();
  expect(amountIn(await timeline.recordedSum(words.say('ledgerName.orders')))).toBe(await shop.paidTotal());
  await shots.takeBoth('snapshot-details');
  await timeline.lastTableInDrawer();
  await shots.takeBoth('snapshot-details-end');
});

it('reads a copy back and says so', async () => {
  const { timeline, copies: copiesPage } = pages;
  await timeline.checkCopy(copies.second);
  await copiesPage.checkPanel.waitFor();
  await shots.takeBoth('check-panel');
  await copiesPage.readEverythingBack();
  await copiesPage.isSound.waitFor();
  await copiesPage.card(copies.second).getByText(words.say('copyState.read-back')).waitFor();
  await shots.takeBoth('copies-checked');

  await copiesPage.test(copies.cloudA);
  await copiesPage.card(copies.cloudA).getByText(words.say('testStep.remove')).waitFor();
  await copiesPage.askToRemove(copies.cloudB);
  await shots.takeBoth('copy-remove-question');
  await copiesPage.keepIt(copies.cloudB);
});

it('lists what has been seen, and nothing that was not', async () => {
  const { checklist } = pages;
  await checklist.goTo('checklist');
  await checklist.items.first().waitFor();
  expect(await checklist.items.count()).toBe(10);
  for (const item of ['daily-snapshot-second-disk', 'two-clouds-encrypted', 'card-vault'])
    await checklist.says(item, 'ok');
  expect(await checklist.stateOf('restore-tested')).not.toBe('ok');
  await shots.takeBoth('checklist');
});

it('names the shop with its fingerprint and passes its test again', async () => {
  const { shops } = pages;
  await shops.goTo('shops');
  await shops
    .card(name)
    .getByText(words.say('shop.fingerprint', { fingerprint: shop.fingerprint }))
    .waitFor();
  await shops.test(name);
  await shops.passedSteps.nth(3).waitFor();
  await shots.takeBoth('shops');
});

it('restores everything into the sandbox, cards too, and proves it to the cent', async () => {
  const { timeline, restore } = pages;
  await timeline.goTo('timeline');
  await timeline.restoreFirst();
  await restore.isAt('what');
  await shots.takeBoth('restore-what');
  await restore.next();
  await restore.isAt('from');
  await restore.readFrom(copies.cloudB);
  await shots.takeBoth('restore-from');
  await restore.next();
  await restore.isAt('into');
  await shots.takeBoth('restore-into');
  await restore.next();
  await restore.isAt('vault');
  await restore.openVault('not the vault passphrase');
  await shots.takeBoth('restore-vault');
  await restore.next();
  await restore.isAt('confirm');
  await shots.takeBoth('restore-confirm');
  await restore.start();
  await restore.errorCard('keys.wrong-passphrase').waitFor();
  await shots.takeBoth('restore-wrong-vault-passphrase');

  await restore.changeAnswers();
  await restore.isAt('confirm');
  await restore.back();
  await restore.openVault(vaultPassphrase);
  await restore.next();
  await restore.start();
  await restore.isProven.waitFor();

  const [, orders, before, after, verdict] = await restore.ledger(words.say('ledgerName.orders'));
  const paid = await shop.paidTotal();
  expect([before, after].map(amountIn)).toEqual([paid, paid]);
  expect(verdict).toBe(words.say('proof.equal'));
  expect(Number(digitsIn(orders))).toBeGreaterThan(1000);
  expect(Number(digitsIn(await restore.fact('proof.rows')))).toBe(await shop.countRows());
  const [compared, ranges] = (await restore.fact('proof.digest')).match(/[\d,]+/g) ?? [];
  expect(compared).toBe(ranges);
  expect(await restore.fact('proof.digest')).toBe(
    words.say('proof.digestEqual', { compared: compared ?? '', ranges: ranges ?? '' }),
  );
  expect(await restore.fact('proof.from')).toBe(copies.cloudB);
  expect(await restore.fact('proof.vault')).toBe(words.say('proof.vaultState.open'));
  await shots.takeBoth('proof');
});

it('and remembers it: the copy, the checklist and the next step say so', async () => {
  const { timeline, checklist } = pages;
  await timeline.goTo('timeline');
  const proven = `${copies.cloudB} · ${words.say('copyState.totals-matched')}`;
  await timeline.snapshots.first().getByText(proven).waitFor();
  await launched.page.getByText(words.say('timeline.nextNone')).waitFor();
  await shots.takeBoth('timeline-proven');
  await timeline.goTo('checklist');
  await checklist.says('restore-tested', 'ok');
});

/** `¥1,234.50` → `1234.50` */
function amountIn(text: string | undefined): string {
  return (text ?? '').replace(/[^\d.]/g, '');
}

function digitsIn(text: string | undefined): string {
  return (text ?? '').replace(/\D/g, '');
}
