import { mkdir, mkdtemp, readFile, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../platform/clock.ts';
import { wordsOfSheet } from '../../../../shared/model/sheet-words.ts';
import type { VerbInput, VerbOutput } from '../../../../shared/ipc/engine-verbs.ts';
import {
  createKeyring,
  parseHeader,
  Repository,
  unlockWithPassphrase,
  unlockWithWords,
  type MainKeys,
} from '../../repository/index.ts';
import { shopSnapshotId, writeShop } from '../../repository/testing/a-shop.ts';
import { testCost } from '../../repository/testing/keys.ts';
import { Home } from '../home/home.ts';
import { openEngine, type Engine } from '../index.ts';
import { openDiskStore } from '../stores.ts';

/** Ways into the keys on a real home with real disks; the shop on them is written by hand. */
const never = new AbortController().signal;
const passphrase = 'copper lantern seven rivers';
const vaultPassphrase = 'another one for the cards';
const next = 'quiet harbour nine ladders';

let dir: string;
let engine: Engine;
let words: { main: string[]; vault: string[] };
const disk = (name: string): string => join(dir, name);
const away = (name: string): Promise<void> => rename(disk(name), disk(`${name}-in-a-drawer`));
const back = (name: string): Promise<void> => rename(disk(`${name}-in-a-drawer`), disk(name));

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'shouhu-keys-'));
  // As `home.init` does, with a scrypt that costs less.
  const made = await createKeyring({ passphrase, vaultPassphrase, clock: systemClock, testCost });
  await (await Home.open(join(dir, 'home'), systemClock)).writeKeyring(made.header);
  words = { main: [...made.mainWords.en], vault: [...made.vaultWords.en] };
  engine = await openEngine({ homeDir: join(dir, 'home'), language: 'zh' });
  await engine.call('home.unlock', { words: words.main.join(' ') });
  for (const [name, role] of [
    ['near', 'main'],
    ['second', 'second-disk'],
    ['usb', 'cold'],
  ] as const)
    await engine.call('destination.add', { kind: 'disk', name, role, place: null, path: disk(name) });
});
afterEach(async () => {
  await engine.close();
  await rm(dir, { recursive: true, force: true });
});

const headerAt = async (folder: string) => parseHeader(await readFile(join(folder, 'shouhu.json')));
const ownHeader = async () => parseHeader(await readFile(join(dir, 'home', 'keyring.json')));
const keysNow = async (): Promise<MainKeys> => unlockWithWords(await ownHeader(), words.main.join(' '));
const behind = async () => (await engine.call('key.list', {})).behind;
const actions = async () => (await engine.call('audit', {})).entries.map(({ action }) => action);

function change(fields: Partial<VerbInput<'key.changePassphrase'>> = {}): Promise<VerbOutput<'key.changePassphrase'>> {
  return engine.call('key.changePassphrase', { key: 'main', current: { passphrase }, newPassphrase: next, ...fields });
}

function addSheet(fields: Partial<VerbInput<'key.addSheet'>> = {}): Promise<VerbOutput<'key.addSheet'>> {
  const defaults = { key: 'main', current: { passphrase }, dir: disk('paper'), holder: null, language: 'zh' } as const;
  return engine.call('key.addSheet', { ...defaults, ...fields });
}

async function putShopOn(name: string): Promise<void> {
  const store = await openDiskStore(disk(name));
  await writeShop(await Repository.open(store, await keysNow(), never), never);
  await store.close();
}

/** What a computer that has only the copy does. */
async function opensWith(folder: string, secret: string): Promise<boolean> {
  const opened = await unlockWithPassphrase(await headerAt(folder), secret).catch(() => null);
  return opened !== null;
}

describe('a changed passphrase', () => {
  it('opens the home and every copy that is there, and writes no data', async () => {
    await putShopOn('near');
    const before = await filesOf(disk('near'));
    const { copies } = await change();

    expect(copies).toEqual(
      ['near', 'second', 'usb'].map((destination) => ({ destination, state: 'renewed', errorCode: null })),
    );
    for (const name of ['near', 'second', 'usb'])
      expect([await opensWith(disk(name), next), await opensWith(disk(name), passphrase)]).toEqual([true, false]);
    const after = await filesOf(disk('near'));
    expect([...after.keys()].filter((file) => after.get(file) !== before.get(file))).toEqual(['shouhu.json']);
    expect([...before.keys()].filter((file) => !after.has(file))).toEqual([]);
    expect(await behind()).toEqual([]);
    expect(await actions()).toContain('key.passphrase-changed');

    const second = await openEngine({ homeDir: join(dir, 'home'), language: 'zh' });
    await expect(second.call('home.unlock', { passphrase })).rejects.toMatchObject({ code: 'keys.wrong-passphrase' });
    await second.call('home.unlock', { passphrase: next });
    await second.close();
  });

  it.each<[string, (name: string) => Promise<unknown>]>([
    ['a destination test', (name) => engine.call('destination.test', { name })],
    ['a verification', (destination) => engine.call('verify.run', { destination, readPercent: 1, healFrom: null })],
    ['a copy to it', (to) => engine.call('copy.run', { snapshot: 'all', from: 'near', to })],
  ])('is brought to a copy that was away by %s', async (_what, visit) => {
    await putShopOn('near');
    await away('usb');
    const { copies } = await change();
    expect(copies.at(-1)).toEqual({ destination: 'usb', state: 'owed', errorCode: 'backend.absent' });
    expect(await behind()).toEqual([{ destination: 'usb', reason: 'owed' }]);

    await back('usb');
    expect(await opensWith(disk('usb'), passphrase)).toBe(true);
    await visit('usb');
    expect([await opensWith(disk('usb'), next), await opensWith(disk('usb'), passphrase)]).toEqual([true, false]);
    expect(await behind()).toEqual([]);
    expect(await actions()).toContain('key.copy-renewed');
  });

  it('never goes back to a header that somebody put in the place of the new one', async () => {
    const old = await readFile(join(disk('second'), 'shouhu.json'));
    await change();
    const store = await openDiskStore(disk('second'));
    await store.put('shouhu.json', old, { mode: 'replace', signal: never });
    await store.close();
    expect(await opensWith(disk('second'), passphrase)).toBe(true);
    await engine.call('destination.test', { name: 'second' });
    expect(await opensWith(disk('second'), passphrase)).toBe(false);
  });

  it('leaves a header alone that another computer has changed, and says so', async () => {
    const other = await openEngine({ homeDir: join(dir, 'other-home'), language: 'zh' });
    await other.call('recover.run', {
      from: { kind: 'disk', path: disk('second') },
      secret: { kind: 'passphrase', passphrase },
    });
    const theirs = 'the other computer chose this';
    await other.call('key.changePassphrase', { key: 'main', current: { passphrase }, newPassphrase: theirs });
    await other.close();

    const { copies } = await change();
    expect(copies).toContainEqual({ destination: 'second', state: 'changed-elsewhere', errorCode: null });
    expect(await behind()).toEqual([{ destination: 'second', reason: 'changed-elsewhere' }]);
    expect([await opensWith(disk('second'), theirs), await opensWith(disk('near'), next)]).toEqual([true, true]);

    // A sheet of this home is not wrong because that copy does not know it.
    const { kitFiles } = await addSheet({ current: { passphrase: next } });
    const sheet = wordsOfSheet(await readFile(kitFiles[1] ?? '', 'utf8')).join(' ');
    await expect(engine.call('kit.rehearse', { key: 'main', words: sheet, from: 'second' })).rejects.toMatchObject({
      code: 'keys.copy-behind',
      facts: { destination: 'second' },
    });
  });

  it('changes nothing for a wrong, a weak or an equal one', async () => {
    const before = await ownHeader();
    await expect(change({ current: { passphrase: 'not the passphrase' } })).rejects.toMatchObject({
      code: 'keys.wrong-passphrase',
    });
    await expect(change({ newPassphrase: 'short' })).rejects.toMatchObject({ code: 'keys.weak-passphrase' });
    await expect(change({ newPassphrase: vaultPassphrase })).rejects.toMatchObject({
      code: 'keys.weak-passphrase',
      facts: { reason: 'same-for-both' },
    });
    expect(await ownHeader()).toEqual(before);
    expect(await headerAt(disk('near'))).toEqual(before);
  });

  it('can be the vault’s, by its words', async () => {
    await change({ key: 'vault', current: { words: words.vault.join(' ') }, newPassphrase: next });
    const current = { passphrase: next };
    await expect(addSheet({ key: 'vault', current: { passphrase: vaultPassphrase } })).rejects.toMatchObject({
      code: 'keys.wrong-passphrase',
    });
    expect((await addSheet({ key: 'vault', current })).slot.key).toBe('vault');
  });
});

describe('sheets', () => {
  it('are added on paper, listed with their holder, and revoked', async () => {
    const { slot, kitFiles } = await addSheet({ holder: '小李' });
    const [page, text] = await Promise.all(kitFiles.map((file) => readFile(file, 'utf8')));
    for (const part of ['小李', slot.id.slice(0, 8), 'near · 主硬盘 / main disk', disk('usb')]) {
      expect(page).toContain(part);
      expect(text).toContain(part);
    }
    const sheet = wordsOfSheet(text ?? '').join(' ');
    expect(await unlockWithWords(await headerAt(disk('usb')), sheet)).toEqual(await keysNow());

    const { slots } = await engine.call('key.list', {});
    expect(slots.map(({ key, kind, holder }) => [key, kind, holder])).toEqual([
      ['main', 'passphrase', null],
      ['main', 'recovery', null],
      ['main', 'recovery', '小李'],
      ['vault', 'passphrase', null],
      ['vault', 'recovery', null],
    ]);

    const revoked = await engine.call('key.revoke', { slot: slot.id.slice(0, 8) });
    expect(revoked.slot).toEqual(slot);
    await expect(unlockWithWords(await headerAt(disk('usb')), sheet)).rejects.toMatchObject({
      code: 'keys.wrong-words',
    });
    expect((await engine.call('key.list', {})).slots).toHaveLength(4);
    expect(await actions()).toEqual(expect.arrayContaining(['key.sheet-added', 'key.revoked']));
  });

  it('keep each key its last sheet and its passphrase', async () => {
    for (const { id, key, kind } of (await engine.call('key.list', {})).slots)
      await expect(engine.call('key.revoke', { slot: id })).rejects.toMatchObject({
        code: 'keys.last-way-in',
        facts: { key, kind },
      });
    await expect(engine.call('key.revoke', { slot: 'ffffffff' })).rejects.toMatchObject({ code: 'keys.unknown-slot' });
  });

  it('leave no paper behind when the home does not take them', async () => {
    const stranger = await openEngine({ homeDir: join(dir, 'home'), language: 'zh' });
    // The other program changes the keyring between our reading and our writing: while our paper is being written.
    const paper = disk('paper');
    await mkdir(paper);
    await stranger.call('home.unlock', { passphrase });
    const both = await Promise.allSettled([
      addSheet(),
      stranger.call('key.addSheet', { key: 'main', current: { passphrase }, dir: paper, holder: null, language: 'zh' }),
    ]);
    await stranger.close();
    const made = both.filter(({ status }) => status === 'fulfilled').length;
    const sheets = (await engine.call('key.list', {})).slots.filter(
      ({ key, kind }) => key === 'main' && kind === 'recovery',
    );
    expect(sheets).toHaveLength(1 + made);
    expect(await readdir(paper)).toHaveLength(2 * made);
    for (const outcome of both) {
      if (outcome.status === 'rejected') expect(outcome.reason).toMatchObject({ code: 'home.in-use' });
    }
  });
});

describe('a rehearsal', () => {
  const rehearse = (fields: Partial<VerbInput<'kit.rehearse'>> = {}) =>
    engine.call('kit.rehearse', { key: 'main', words: words.main.join(' '), from: null, ...fields });
  const kitItem = async () => {
    const { items } = await engine.call('checklist', { source: null });
    return items.find(({ id }) => id === 'recovery-kit');
  };

  it('opens a chunk of rows with nothing but the paper, also on a locked home, and counts for the checklist', async () => {
    await putShopOn('second');
    expect(await kitItem()).toMatchObject({ state: 'fail' });
    await engine.close();
    engine = await openEngine({ homeDir: join(dir, 'home'), language: 'zh' });
    const told = await rehearse();
    expect(told).toMatchObject({
      ...{ key: 'main', destination: 'second', snapshot: shopSnapshotId, at: '2026-11-22T14:00:00.000Z' },
      ...{ source: '小店', table: 'shop.cards' },
    });
    expect(told.rows).toBeGreaterThan(0);
    expect(await kitItem()).toMatchObject({ state: 'ok', evidence: [{ id: 'kit-used' }] });
    const { slots } = await engine.call('key.list', {});
    expect(slots.filter(({ rehearsedAt }) => rehearsedAt !== null).map(({ id }) => id)).toEqual([told.slot]);
  });

  it('opens a sealed chunk with the vault’s paper, without a word of what it holds', async () => {
    await putShopOn('near');
    const told = await rehearse({ key: 'vault', words: words.vault.join(' ') });
    expect(told).toMatchObject({ key: 'vault', destination: 'near', table: 'shop.cards' });
    const log = await readFile(join(dir, 'home', 'audit.jsonl'), 'utf8');
    expect(`${JSON.stringify(told)}${log}`).not.toMatch(/CARD-0001|卡密-三/);
    // The vault's sheet says nothing about the main one.
    expect((await kitItem())?.state).not.toBe('ok');
  });

  it('needs the open home for the vault’s paper', async () => {
    await engine.close();
    engine = await openEngine({ homeDir: join(dir, 'home'), language: 'zh' });
    await expect(rehearse({ key: 'vault', words: words.vault.join(' ') })).rejects.toMatchObject({
      code: 'usage.secret-missing',
    });
  });

  it('says which word is wrong, and takes neither key’s sheet for the other', async () => {
    await putShopOn('near');
    const wrong = words.main.with(4, words.main[4] === 'abandon' ? 'ability' : 'abandon');
    await expect(rehearse({ words: wrong.join(' ') })).rejects.toMatchObject({
      code: 'keys.wrong-word',
      facts: { position: 5 },
    });
    await expect(rehearse({ words: words.vault.join(' ') })).rejects.toMatchObject({ code: 'keys.wrong-words' });
    await expect(rehearse({ words: words.main.slice(1).join(' ') })).rejects.toMatchObject({ code: 'keys.word-count' });
    expect(await actions()).not.toContain('kit.rehearse');
  });

  it('passes over copies that are away or empty, and says so when nothing is left', async () => {
    await away('near');
    await putShopOn('usb');
    expect((await rehearse()).destination).toBe('usb');
    await expect(rehearse({ from: 'second' })).rejects.toMatchObject({ code: 'kit.nothing-to-open' });
    await expect(rehearse({ from: 'near' })).rejects.toMatchObject({ code: 'backend.absent' });
  });

  it.each([
    ['main', 1],
    ['vault', 2],
  ] as const)('does not take rotten rows of the %s key for opened ones', async (key, kindByte) => {
    await putShopOn('near');
    const chunks = join(disk('near'), 'chunks');
    for (const file of (await filesOf(chunks)).keys()) {
      const bytes = await readFile(join(chunks, file));
      if (bytes[5] !== kindByte) continue;
      bytes[bytes.length - 40] = (bytes[bytes.length - 40] ?? 0) ^ 1;
      await rm(join(chunks, file));
      await writeFile(join(chunks, file), bytes);
    }
    await expect(rehearse({ key, words: words[key].join(' ') })).rejects.toMatchObject({ code: 'repository.damaged' });
    expect(await actions()).not.toContain('kit.rehearse');
  });

  it('brings a copy up to date that is older than the paper', async () => {
    await putShopOn('usb');
    await away('usb');
    const { slot, kitFiles } = await addSheet();
    await back('usb');
    const sheet = wordsOfSheet(await readFile(kitFiles[1] ?? '', 'utf8')).join(' ');
    expect(await rehearse({ words: sheet, from: 'usb' })).toMatchObject({ destination: 'usb', slot: slot.id });
    expect(await behind()).toEqual([]);
  });

  it('counts no longer once its sheet is revoked', async () => {
    await putShopOn('near');
    const { slot, kitFiles } = await addSheet();
    const sheet = wordsOfSheet(await readFile(kitFiles[1] ?? '', 'utf8')).join(' ');
    await rehearse({ words: sheet });
    expect(await kitItem()).toMatchObject({ state: 'ok' });
    await engine.call('key.revoke', { slot: slot.id });
    expect(await kitItem()).toMatchObject({ state: 'warn', todo: 'rehearse-kit' });
  });
});

/** Every file below a folder with its size and time, so that any write is seen. */
async function filesOf(folder: string): Promise<Map<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const found = new Map<string, string>();
  for (const entry of entries.filter((one) => one.isFile())) {
    const path = join(entry.parentPath, entry.name);
    const { ino, size, mtimeMs } = await stat(path);
    found.set(path.slice(folder.length + 1), `${ino} ${size} ${mtimeMs}`);
  }
  return found;
}
