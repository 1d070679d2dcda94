import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AppError } from '../../../shared/errors/app-error.ts';
import { aBackup, aCopying, aFreshHome, aRestore, aVerification } from '../testing/outputs.ts';
import { act, type Script } from '../testing/scripted-surroundings.ts';
import { looksLikeWords } from './recover.ts';

const env = { SHOUHU_PASSPHRASE: 'pw', DB: 'dbpw' };
const freshHome: Script = { 'home.status': aFreshHome };

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'shouhu-cli-'));
});
afterEach(async () => {
  await rm(dir, { recursive: true });
});

describe('backup', () => {
  it('says for how long it stood still for the shop, and nothing when it did not', async () => {
    const paused = aBackup({ read: { ...aBackup().read, pausedMs: 95_000 } });
    const seen = await act(['--lang', 'en', 'backup', 'shop'], { env, script: { 'backup.run': () => paused } });
    expect(seen.out).toContain('Stood still for 1 min 35 s because the shop was busy.');

    const calm = await act(['--lang', 'en', 'backup', 'shop'], { env, script: { 'backup.run': () => aBackup() } });
    expect(calm.out).not.toContain('Stood still');
  });

  it('ends with 0 for what is only to be looked at, and marks it', async () => {
    const facts = { objects: 'view shop.v (gone@%)', warning: true };
    const warned = aBackup({ checks: [{ id: 'definers-exist', ok: true, facts }] });

    const seen = await act(['--lang', 'en', 'backup', 'shop'], { env, script: { 'backup.run': () => warned } });

    expect(seen.exitCode).toBe(0);
    expect(seen.out).toMatch(/^! their definer is gone .*view shop\.v \(gone@%\)$/m);
    expect(seen.out).not.toContain('warning');
  });

  it.each([
    ['zh', 'clock-ahead', 28 * 24 * 3_600_000, '! 这台电脑的时钟比数据库服务器快 28天。'],
    ['en', 'clock-behind', 8 * 3_600_000, '! this computer’s clock is 8 hours behind the database server’s. '],
  ])('says which clock is off, how far and what to do (%s)', async (language, id, apartMs, sentence) => {
    const checks = [{ id, ok: true, facts: { apartMs, warning: true } }];
    const script: Script = { 'backup.run': () => aBackup({ checks }) };
    const seen = await act(['--lang', language, 'backup', 'shop'], { env, script });
    expect(seen.exitCode).toBe(0);
    expect(seen.out).toContain(sentence);
    expect(seen.out).not.toContain('apartMs');
  });

  it.each([
    [{ checks: [{ id: 'ledger-equal', ok: false, facts: {} }] }, 'backup.ledger-mismatch'],
    [{ checks: [{ id: 'plausible-size', ok: false, facts: {} }] }, 'backup.implausibly-small'],
    [{ checks: [{ id: 'ledgers-readable', ok: false, facts: { ledger: 'sales' } }] }, 'backup.ledger-unreadable'],
    [
      { checks: [{ id: 'tables-readable', ok: false, facts: { tables: 'shop.a', denied: 'shop.a' } }] },
      'backup.tables-unreadable',
    ],
    [{ checks: [{ id: 'schema-still', ok: false, facts: { tables: 'shop.a' } }] }, 'backup.tables-moved'],
    [
      { checks: [{ id: 'objects-readable', ok: false, facts: { objects: 'view shop.v', damaged: 'view shop.v' } }] },
      'backup.objects-unreadable',
    ],
    [{ checks: [{ id: 'views-valid', ok: false, facts: { objects: 'shop.v' } }] }, 'backup.views-broken'],
    [{ checks: [{ id: 'copies-complete', ok: false, facts: {} }] }, 'copy.incomplete'],
    [{ ledgers: [{ ...aBackup().ledgers[0]!, equal: false }] }, 'backup.ledger-mismatch'],
  ])('ends with 3 when a check did not hold: %j', async (changes, code) => {
    const seen = await act(['backup', 'shop', '--json'], { env, script: { 'backup.run': () => aBackup(changes) } });
    expect(seen.json()).toMatchObject({ ok: false, error: { code }, snapshot: aBackup().snapshot });
    expect(seen.exitCode).toBe(3);
  });

  it('passes destinations and rate', async () => {
    const seen = await act(['backup', 'shop', '--to', 'a,b', '--max-rate', '10Mbit'], {
      env,
      script: { 'backup.run': () => aBackup() },
    });
    expect(seen.calls.at(-1)?.input).toEqual({ source: 'shop', to: ['a', 'b'], maxBytesPerSecond: 1_250_000 });
  });
});

describe('copy', () => {
  const run = (argv: string[], changes: Partial<ReturnType<typeof aCopying>> = {}) =>
    act(['copy', '--from', 'main', ...argv], { env, script: { 'copy.run': () => aCopying(changes) } });

  it('fills several places at once, below one limit', async () => {
    const seen = await run(['--to', 'second,cloud', '--max-rate', '4Mbit', '--json']);
    expect(seen.calls.at(-1)?.input).toEqual({
      snapshot: 'all',
      from: 'main',
      to: ['second', 'cloud'],
      maxBytesPerSecond: 500_000,
    });
    expect(seen.json()).toEqual({ ok: true, ...aCopying() });
    expect((await run(['--to', 'second', '--snapshot', 'latest'])).calls.at(-1)?.input).toMatchObject({
      snapshot: 'latest',
      to: ['second'],
      maxBytesPerSecond: null,
    });
  });

  it.each([
    [['--to', 'second', '--max-rate', 'fast'], '--max-rate'],
    [['--to', ','], '--to'],
    [[], '--to'],
  ])('refuses %j', async (argv, argument) => {
    const seen = await run([...argv, '--json']);
    expect(seen.exitCode).toBe(2);
    expect(seen.json()).toMatchObject({ error: { code: 'usage.bad-argument', facts: { argument } } });
  });

  it('names the place that did not get everything, and what was damaged where it read from', async () => {
    const outcome = { objectsCopied: 0, bytesCopied: 0, ok: false, errorCode: 'backend.disk-full' };
    const [second] = aCopying().copies;
    const incomplete = await run(['--to', 'second,cloud', '--json'], {
      copies: [second!, { ...outcome, destination: 'cloud' }],
    });
    expect(incomplete.exitCode).toBe(3);
    expect(incomplete.json()).toMatchObject({ error: { code: 'copy.incomplete', facts: { destinations: 'cloud' } } });
    const findings = [{ destination: 'main', object: 'f'.repeat(64), reason: 'tag', healed: false }];
    const damaged = await run(['--to', 'second'], { findings });
    expect(damaged.exitCode).toBe(3);
    expect(damaged.out).toContain('f'.repeat(64));
  });

  it('says what it had found damaged when it was stopped', async () => {
    const stopped = () => Promise.reject(new AppError('cancelled', { damagedSeen: 2, damagedAt: 'main' }));
    const seen = await act(['copy', '--from', 'main', '--to', 'second', '--json'], {
      env,
      script: { 'copy.run': stopped },
    });
    expect(seen.exitCode).toBe(130);
    const { error } = seen.json() as { error: { message: string; remedy: string } };
    expect(error.message).toContain('2 damaged or missing objects had been found on main');
    expect(error.remedy).toContain('--heal-from');
  });
});

describe('verify', () => {
  const run = (changes: Partial<ReturnType<typeof aVerification>>) =>
    act(['verify', 'main', '--json'], { env, script: { 'verify.run': () => aVerification(changes) } });

  it('reads everything unless told otherwise', async () => {
    expect((await run({})).calls.at(-1)?.input).toEqual({ destination: 'main', readPercent: 100, healFrom: null });
  });

  it('ends with 3 for what is damaged or missing and with 0 once it is healed', async () => {
    const damaged = [{ object: 'a', reason: 'tag' }];
    expect(await run({ damaged })).toMatchObject({ exitCode: 3 });
    expect(await run({ missing: ['b'] })).toMatchObject({ exitCode: 3 });
    // As the engine answers: what was healed is in no other list.
    expect(await run({ damaged, healed: ['b', 'c', 'd'] })).toMatchObject({ exitCode: 3 });
    expect(await run({ healed: ['a', 'b'] })).toMatchObject({ exitCode: 0 });
    expect((await run({ damaged })).json()).toMatchObject({
      ok: false,
      error: { code: 'repository.damaged' },
      damaged,
    });
  });

  it('tells snapshots that were lost from what another computer has tidied up', async () => {
    const manifest = 'manifests/20261120T180000Z-00000000-0000-4000-8000-000000000001';
    const lost = await act(['verify', 'main'], {
      env,
      script: { 'verify.run': () => aVerification({ missing: [manifest, 'b'] }) },
    });
    expect(lost.exitCode).toBe(3);
    expect(lost.out).toContain(`snapshot lost  ${manifest}`);
    expect(lost.err).toContain('copy.snapshots-lost');
    expect(lost.err).toContain('1 snapshots are gone from copy “main”');
    const tidied = await act(['verify', 'main'], {
      env,
      script: { 'verify.run': () => aVerification({ gone: ['00000000-0000-4000-8000-000000000001'] }) },
    });
    expect(tidied.exitCode).toBe(0);
    expect(tidied.out).toContain('it looks as if another computer has tidied it up');
  });

  it('says no more of the copy than was read of it', async () => {
    const said = async (changes: Partial<ReturnType<typeof aVerification>>) =>
      (await act(['verify', 'main'], { env, script: { 'verify.run': () => aVerification(changes) } })).out;
    expect(await said({})).toContain('✓ Copy “main” is sound.');
    for (const healed of [[], ['a']]) {
      const sampled = await said({ objects: 300, read: 3, healed });
      expect(sampled).toContain('The 3 objects read back from copy “main” are sound; 297 were not read this time');
      expect(sampled).not.toContain('is sound.');
    }
    expect(await said({ objects: 0, read: 0, snapshots: 0 })).toContain('There is no snapshot on copy “main”');
  });
});

it('verify --due ends with what a cloud refused in its weekly test, and says so', async () => {
  const refused = { errorCode: 'backend.access-denied', facts: { because: 'no-right-remove', step: 'remove' } };
  const output = {
    copies: [],
    unreachable: [],
    unproven: [],
    probes: [
      { destination: 'cloud-a', ok: true, errorCode: null, facts: {} },
      { destination: 'cloud-b', ok: false, ...refused },
    ],
    durationMs: 1,
  };
  const seen = await act(['verify', '--due'], { env, script: { 'verify.due': () => output } });
  expect(seen.exitCode).toBe(3);
  expect(seen.out).toContain('✓ cloud-a: the weekly live test held');
  expect(seen.out).toContain('✗ cloud-b: the weekly live test failed');
  expect(seen.err).toContain('backend.access-denied');
});

it('verify --due ends with 3 for a copy that nobody has read for too long, and with 0 for one that is only away', async () => {
  const away = {
    copies: [],
    probes: [],
    unreachable: [{ destination: 'cloud', errorCode: 'backend.unreachable' }],
    durationMs: 1,
  };
  const due = (unproven: { destination: string; days: number }[]) =>
    act(['verify', '--due'], { env, script: { 'verify.due': () => ({ ...away, unproven }) } });
  expect((await due([])).exitCode).toBe(0);
  const seen = await due([{ destination: 'cloud', days: 61.5 }]);
  expect(seen.exitCode).toBe(3);
  expect(seen.err).toContain('copy.unproven');
  expect(seen.err).toContain('has not been read back for 61.5 days');
});

describe('accounts', () => {
  it('are restored and exported only when they are asked for', async () => {
    const accounts = { created: ['shop@localhost'], existing: ['root@localhost'] };
    const notes = ['account-exists: root@localhost'];
    const exported = { file: '/x.sql', bytes: 1, tables: 1, rows: 1, vault: 'none' as const, notes, durationMs: 1 };
    const script: Script = {
      'restore.run': ({ accounts: asked }) => aRestore(asked === true ? { accounts, notes } : {}),
      'export.run': () => exported,
    };
    const plain = await act(['restore', 'shop', '--into', 'same'], { env, script });
    expect(plain.calls.at(-1)?.input).not.toHaveProperty('accounts');
    expect(plain.out).not.toContain('Accounts');
    const asked = await act(['restore', 'shop', '--into', 'same', '--accounts'], { env, script });
    expect(asked.calls.at(-1)?.input).toMatchObject({ accounts: true });
    expect(asked.out).toContain('Accounts: 1 made (shop@localhost); 1 left as they were');
    expect(asked.out).toMatch(/there already: left as it is.*: root@localhost/);
    const file = await act(['export', 'abc', '--sql', '/x.sql', '--accounts'], { env, script });
    expect(file.calls.at(-1)?.input).toMatchObject({ accounts: true });
  });
});

describe('restore', () => {
  const script: Script = { 'restore.run': () => aRestore() };
  const intoOf = async (...flags: string[]) => {
    const seen = await act(['restore', 'shop', ...flags], { env, script });
    return (seen.calls.at(-1)?.input as { into?: unknown }).into ?? seen.err;
  };

  it('understands every kind of target', async () => {
    expect(await intoOf('--into', 'same')).toEqual({ kind: 'same' });
    expect(await intoOf('--into', 'sandbox')).toEqual({ kind: 'sandbox' });
    expect(await intoOf('--into', 'sql:out.sql')).toEqual({ kind: 'sql', path: '/srv/here/out.sql' });
    expect(await intoOf('--into', 'mysql://me@db:3307', '--mysql-password-env', 'DB')).toEqual({
      kind: 'server',
      target: { host: 'db', port: 3307, user: 'me', password: 'dbpw', ssh: null },
    });
  });

  it.each([
    [['--into', 'elsewhere'], 'not-a-target'],
    [['--into', 'sql:'], 'not-a-target'],
    [['--into', 'mysql://me@db/shop'], 'database-in-url'],
    [[], 'missing'],
    [['--into', 'same', '--databases', 'a,b', '--as', 'c'], 'one-database'],
  ])('refuses %j', async (flags, reason) => {
    const seen = await act(['restore', 'shop', ...flags, '--json'], { env, script });
    expect(seen.json()).toMatchObject({ error: { code: 'usage.bad-argument', facts: { reason } } });
  });

  it.each([
    [['--swap', '--without-safety-snapshot'], { swap: true, withoutSafetySnapshot: true }],
    [['--overwrite', 'db.example/shop'], { overwrite: 'db.example/shop' }],
  ])('asks for what %j says about the shop', async (flags, input) => {
    const seen = await act(['restore', 'shop', '--into', 'same', ...flags], { env, script });
    expect(seen.calls.at(-1)?.input).toMatchObject(input);
  });

  it.each([
    [['--at', '2026-11-22T14:00:00+08:00'], { kind: 'time', at: '2026-11-22T06:00:00.000Z' }],
    [['--before-event', 'binlog.000003:420:1795000000'], { kind: 'event', id: 'binlog.000003:420:1795000000' }],
    [['--to-gtid', '0-1-7'], { kind: 'gtid', gtid: '0-1-7' }],
  ])('asks for the moment %j', async (flags, until) => {
    const seen = await act(['restore', 'shop', '--into', 'same', ...flags], { env, script });
    expect(seen.calls.at(-1)?.input).toMatchObject({ until, snapshot: 'latest' });
    const two = await act(['restore', 'shop', '--into', 'same', ...flags, '--at', '2026-11-22', '--to-gtid', '0-1-8'], {
      env,
      script,
    });
    expect(two.exitCode).toBe(2);
  });

  it('opens the vault only when asked in so many words', async () => {
    const vaultEnv = { ...env, SHOUHU_VAULT_PASSPHRASE: 'vault' };
    const closed = await act(['restore', 'shop', '--into', 'same', '--resale-guard', 'off'], { env: vaultEnv, script });
    expect(closed.calls.at(-1)?.input).toMatchObject({ vault: null });
    const open = await act(['restore', 'shop', '--into', 'same', '--open-vault'], { env: vaultEnv, script });
    expect(open.calls.at(-1)?.input).toMatchObject({ vault: { passphrase: 'vault' } });
  });

  it('ends with 3 when what was loaded is not what was captured', async () => {
    const unequal: Script = { 'restore.run': () => aRestore({ digest: { ranges: 2, equal: false, compared: 2 } }) };
    const seen = await act(['restore', 'shop', '--into', 'same', '--json'], { env, script: unequal });
    expect(seen.json()).toMatchObject({ ok: false, error: { code: 'restore.digest-mismatch' }, rows: 5 });
    expect(seen.exitCode).toBe(3);
  });
});

describe('recover', () => {
  const script: Script = {
    ...freshHome,
    'recover.run': () => ({ sources: ['shop'], snapshots: 2, destination: 'recovered', durationMs: 1 }),
  };

  it('takes the words from a file, the passphrase from the environment, or either from a person', async () => {
    await writeFile(join(dir, 'words'), 'a b c\n', { mode: 0o600 });
    const secretOf = async (argv: string[], scene: Parameters<typeof act>[1]) =>
      (
        (await act(['recover', '--from', 'copy', ...argv], { script, cwd: dir, ...scene })).calls.at(-1)?.input as {
          secret: unknown;
        }
      ).secret;
    const typed = Array.from({ length: 24 }, () => 'word').join(' ');

    expect(await secretOf(['--words-file', 'words'], { env })).toEqual({ kind: 'words', words: 'a b c' });
    expect(await secretOf([], { env })).toEqual({ kind: 'passphrase', passphrase: 'pw' });
    expect(await secretOf([], { typed: [typed] })).toEqual({ kind: 'words', words: typed });
    expect(await secretOf([], { typed: ['a passphrase'] })).toEqual({ kind: 'passphrase', passphrase: 'a passphrase' });
  });

  it('tells words from a passphrase', () => {
    expect(looksLikeWords('的一是在不了有和人这中大为上个国我以要他时来用们')).toBe(true);
    expect(looksLikeWords('correct horse battery staple')).toBe(false);
  });
});

describe('test verbs', () => {
  it('end with the exit code of the step that failed', async () => {
    const steps = [
      { id: 'ssh', ok: true, ms: 1, facts: {}, errorCode: null },
      { id: 'login', ok: false, ms: 1, facts: { user: 'me' }, errorCode: 'mysql.auth-failed' },
    ];
    const seen = await act(['source', 'test', 'shop', '--json'], { env, script: { 'source.test': () => ({ steps }) } });
    expect(seen.json()).toMatchObject({ ok: false, error: { code: 'mysql.auth-failed' }, steps });
    expect(seen.exitCode).toBe(5);
  });
});

describe('audit and doctor', () => {
  it('ends with 3 when the log was changed', async () => {
    const seen = await act(['audit', '--json'], { script: { audit: () => ({ intact: false, entries: [] }) } });
    expect(seen.exitCode).toBe(3);
  });

  it('gives a remedy for each thing that is lacking, and that is no failure', async () => {
    const findings = [{ id: 'database-server', ok: false, needed: false, facts: {} }];
    const seen = await act(['doctor', '--json'], { script: { doctor: () => ({ findings }) } });
    expect(seen.json()).toMatchObject({
      ok: true,
      healthy: true,
      findings: [{ id: 'database-server', remedy: expect.stringContaining('MariaDB') as string }],
    });
  });
});

describe('demo', () => {
  it('tells its story on stderr beside a JSON document and on stdout otherwise', async () => {
    const demo = ({ write }: { write: (line: string) => void }) => (
      write('once upon a time'),
      Promise.resolve({ ok: true, rows: 5 })
    );
    const asJson = await act(['demo', '--json'], { demo });
    expect(asJson.json()).toEqual({ ok: true, rows: 5 });
    expect(asJson.err).toContain('once upon a time');
    expect((await act(['demo'], { demo })).out).toBe('once upon a time\n');
  });
});
