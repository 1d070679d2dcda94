import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { VaultKey } from '../repository/index.ts';
import { aKeyring, TestClock, testPassphrase, testVaultPassphrase } from '../repository/testing/keys.ts';
import type { EngineContext, Run } from './engine-context.ts';
import { Home } from './home/home.ts';
import { VaultBoard } from './vault-board.ts';
import { vaultPatienceMs, withVault } from './vault-session.ts';

let dir = '';
let clock: TestClock;
let context: EngineContext;
let words = '';
/** What waits, oldest first. */
let waiting: { readonly dueMs: number; readonly action: () => void }[] = [];
const timers = {
  after: (delayMs: number, action: () => void) => {
    const entry = { dueMs: clock.nowMs() + delayMs, action };
    waiting.push(entry);
    return () => {
      waiting = waiting.filter((each) => each !== entry);
    };
  },
};
const run: Run = { jobId: 'job', signal: new AbortController().signal, report: () => undefined };
const opening = { passphrase: testVaultPassphrase, reason: 'a customer lost his card' };
const what = { source: 'shop', for: 'restore' };
const progress = { phase: 'load', detail: '', doneBytes: 0, totalBytes: null, doneItems: 0, totalItems: null };

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'shouhu-vault-'));
  clock = new TestClock();
  waiting = [];
  const made = await aKeyring();
  words = made.vaultWords.en.join(' ');
  const home = await Home.open(dir, clock);
  await home.writeKeyring(made.header);
  // Of an engine only what opening the vault asks.
  context = {
    home,
    clock,
    vaults: new VaultBoard(),
    unlocked: () => ({ keys: made.mainKeys, header: made.header }),
  } as unknown as EngineContext;
});
afterEach(() => rm(dir, { recursive: true, force: true }));

const logged = async () => (await context.home.audit.read()).entries.map(({ action, facts }) => ({ action, facts }));

function pass(ms: number): void {
  clock.advance(ms);
  for (const { dueMs, action } of waiting.splice(0)) {
    if (dueMs <= clock.nowMs()) action();
    else waiting.push({ dueMs, action });
  }
}

describe('an opened vault', () => {
  it('says who, why and what for, and that it was closed; the key is overwritten', async () => {
    const kept: VaultKey[] = [];
    await withVault(
      context,
      opening,
      what,
      run,
      async (vault) => {
        if (vault !== null) kept.push(vault);
        expect(vault?.privateKey.some((octet) => octet !== 0)).toBe(true);
        expect(context.vaults.list()).toMatchObject([{ jobId: 'job', source: 'shop', reason: opening.reason }]);
        // Written down before anything is read.
        expect(await logged()).toMatchObject([{ action: 'vault.open' }]);
      },
      timers,
    );
    expect(kept[0]?.privateKey.every((octet) => octet === 0)).toBe(true);
    expect(context.vaults.list()).toEqual([]);
    expect(await logged()).toMatchObject([
      { action: 'vault.open', facts: { ...what, by: 'passphrase', reason: opening.reason } },
      { action: 'vault.close', facts: { ...what, because: 'done' } },
    ]);
    expect(waiting).toEqual([]);
  });

  it('names the sheet whose words opened it', async () => {
    const slot = (await context.home.readKeyring()).vault.slots.find(({ kind }) => kind === 'recovery')?.id ?? '';
    await context.home.keyBook.update((book) => ({ ...book, holders: { [slot]: '小李' } }));
    await withVault(context, { words }, what, run, () => Promise.resolve(), timers);
    expect((await logged())[0]?.facts).toMatchObject({ by: 'words', slot, holder: '小李', reason: '' });
  });

  it('is closed after a quarter of an hour in which nothing happened, and not before', async () => {
    const ended = withVault(
      context,
      opening,
      what,
      run,
      async (_vault, work) => {
        pass(vaultPatienceMs - 1);
        work.report(progress);
        pass(vaultPatienceMs - 1);
        expect(work.signal.aborted).toBe(false);
        pass(1);
        work.signal.throwIfAborted();
        return Promise.resolve();
      },
      timers,
    );
    await expect(ended).rejects.toMatchObject({ code: 'keys.vault-closed-early', facts: { reason: 'time' } });
    expect((await logged()).at(-1)).toMatchObject({ action: 'vault.close', facts: { because: 'time' } });
  });

  it('is closed at once when somebody wants it, whatever its work makes of that', async () => {
    const ended = withVault(
      context,
      opening,
      what,
      run,
      (_vault, work) => {
        expect(context.vaults.closeAll()).toBe(1);
        return Promise.reject(new Error(`something else, aborted: ${String(work.signal.aborted)}`));
      },
      timers,
    );
    await expect(ended).rejects.toMatchObject({ code: 'keys.vault-closed-early', facts: { reason: 'person' } });
    expect(context.vaults.list()).toEqual([]);
  });

  it('is not opened by another key’s passphrase, and nothing is written down as opened', async () => {
    const wrong = withVault(context, { passphrase: testPassphrase }, what, run, () => Promise.resolve(), timers);
    await expect(wrong).rejects.toMatchObject({ code: 'keys.wrong-passphrase' });
    expect(await logged()).toEqual([]);
    expect(context.vaults.list()).toEqual([]);
  });
});
