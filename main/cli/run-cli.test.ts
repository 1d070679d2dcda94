import { setTimeout as later } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { AppError } from '../../shared/errors/app-error.ts';
import { aBackup, aFreshHome, aSnapshot } from './testing/outputs.ts';
import { act, type Scene } from './testing/scripted-surroundings.ts';

const withPassphrase = { SHOUHU_PASSPHRASE: 'pw' };

/** A report of a running backup. */
const progress = {
  jobId: 'j',
  verb: 'backup.run',
  subject: 'shop',
  phase: 'read',
  doneBytes: 1,
  totalBytes: 2,
  doneItems: 0,
  totalItems: null,
  bytesPerSecond: 0,
  etaMs: null,
  detail: '',
};

describe('JSON output', () => {
  it('is the output of the verb with ok in front, and nothing else on stdout', async () => {
    const seen = await act(['backup', 'shop', '--json'], {
      env: withPassphrase,
      script: { 'backup.run': () => aBackup() },
      progress: [progress, progress],
    });

    expect(seen.json()).toEqual({ ok: true, ...aBackup() });
    expect(seen.exitCode).toBe(0);
    expect(seen.err).toBe('shop · reading data\n');
    expect(seen.closed).toBe(true);
  });

  it('says a failure with code, message, remedy and facts, and exits as the catalog says', async () => {
    const seen = await act(['--json', 'backup', 'shop'], {
      env: withPassphrase,
      script: {
        'backup.run': () =>
          Promise.reject(new AppError('tunnel.host-key-changed', { host: 'h', expected: 'a', actual: 'b' })),
      },
    });

    expect(seen.json()).toMatchObject({
      ok: false,
      error: { code: 'tunnel.host-key-changed', facts: { expected: 'a', actual: 'b' } },
    });
    expect(seen.exitCode).toBe(5);
  });

  it('hides what nobody expected behind `unexpected`', async () => {
    const seen = await act(['backup', 'shop', '--json'], {
      env: withPassphrase,
      script: { 'backup.run': () => Promise.reject(new Error('password is hunter2')) },
    });

    expect(seen.json()).toMatchObject({ ok: false, error: { code: 'unexpected' } });
    expect(seen.out + seen.err).not.toContain('hunter2');
    expect(seen.exitCode).toBe(1);
  });

  it('also comes when something fails that nobody waited for', async () => {
    let world: Parameters<NonNullable<Scene['onReady']>>[0] | undefined;
    const seen = await act(['backup', 'shop', '--json'], {
      env: withPassphrase,
      script: {
        'backup.run': () => {
          setImmediate(() => world?.crash(new Error('a stray socket')));
          return new Promise(() => undefined);
        },
      },
      onReady: (ready) => (world = ready),
    });
    expect(seen.json()).toMatchObject({ ok: false, error: { code: 'unexpected' } });
    expect(seen.exitCode).toBe(1);
  });

  it.each([
    [['--json', 'nonsense'], 'nonsense', 'unknown-command'],
    [['--json', 'backup'], 'SOURCE', 'missing'],
    [['--json', 'backup', 'shop', '--sideways'], '--sideways', 'unknown-option'],
    [['--json', 'backup', 'shop', 'other'], 'backup', 'too-many'],
    [['--json', 'backup', 'shop', '--to'], '--to', 'no-value'],
    [['--json', 'source'], 'shouhu', 'no-command'],
    [['--json'], 'shouhu', 'no-command'],
    [['--json', '--lang', 'fr', 'doctor'], '--lang', 'not-a-choice'],
    [['--json', 'backup', '-shop'], '-shop', 'unknown-option'],
    [['--json', 'backup', 'shop', '--max-rate', '10'], '--max-rate', 'not-a-rate'],
  ])('explains wrong usage %j with exit code 2', async (argv, argument, reason) => {
    const seen = await act(argv);
    expect(seen.json()).toMatchObject({ ok: false, error: { code: 'usage.bad-argument', facts: { reason } } });
    expect((seen.json()['error'] as { facts: { argument: string } }).facts.argument).toBe(argument);
    expect(seen.exitCode).toBe(2);
    expect(seen.calls).toEqual([]);
  });

  it.each(['drill', 'replica'])('says that %s is not yet there', async (verb) => {
    const seen = await act([verb, 'shop', '--whatever', '5', '--json']);
    expect(seen.json()).toMatchObject({ ok: false, error: { code: 'feature.not-yet', facts: { feature: verb } } });
    expect(seen.exitCode).toBe(2);
  });
});

describe('readable output', () => {
  it('puts results on stdout, lined up for Chinese names', async () => {
    const seen = await act(['--lang', 'zh', 'snapshots'], {
      script: { 'snapshots.list': () => ({ snapshots: [aSnapshot()] }) },
    });
    const [head = '', , row = ''] = seen.out.split('\n');
    expect(head).toContain('数据源');
    expect(row).toContain('小店    ');
    expect(row).toContain('main (已读回)');
    expect(seen.err).toBe('');
  });

  it('puts failures on stderr with what to do next', async () => {
    const seen = await act(['--lang', 'zh', 'backup', 'shop'], {
      script: { 'home.status': aFreshHome },
    });
    expect(seen.out).toBe('');
    expect(seen.err).toContain('shouhu init');
    expect(seen.err).toContain('home.not-initialised');
    expect(seen.exitCode).toBe(2);
  });
});

describe('help', () => {
  it('speaks the language that is asked for, and names every verb of the contract', async () => {
    const zh = await act(['--help', '--lang', 'zh']);
    const en = await act(['--lang=en', '--help']);
    expect(zh.exitCode).toBe(0);
    expect(zh.out).toContain('用法：');
    expect(en.out).toContain('Usage:');
    const verbs =
      'init source destination backup snapshots show copy verify prune stream events restore restores swap undo drill replica checklist recover export audit doctor demo';
    for (const verb of verbs.split(' ')) expect(en.out).toMatch(new RegExp(`^  ${verb}\\b`, 'm'));
  });

  it('follows the system when no language is asked for', async () => {
    expect((await act(['backup', '--help'], { env: { LANG: 'zh_CN.UTF-8' } })).out).toContain('限速');
    expect((await act(['backup', '--help'], { env: { LANG: 'C' } })).out).toContain('limit');
  });

  it('shows the version', async () => {
    expect((await act(['--version'])).out).toBe('1.2.3\n');
  });
});

describe('Ctrl-C', () => {
  it('cancels the run and waits for its clean end', async () => {
    let world: Parameters<NonNullable<Scene['onReady']>>[0] | undefined;
    let cleanedUp = false;
    const seen = await act(['backup', 'shop', '--json'], {
      env: withPassphrase,
      script: {
        'backup.run': async (_input, signal) => {
          setImmediate(() => world?.interrupt());
          await new Promise((resolve) => signal?.addEventListener('abort', resolve));
          await later(10);
          cleanedUp = true;
          throw new AppError('mysql.connection-lost');
        },
      },
      onReady: (ready) => (world = ready),
    });
    expect(cleanedUp).toBe(true);
    expect(seen.json()).toMatchObject({ ok: false, error: { code: 'cancelled' } });
    expect(seen.exitCode).toBe(130);
    expect(seen.exitedWith).toBeUndefined();
  });

  it('ends at once the second time', async () => {
    let world: Parameters<NonNullable<Scene['onReady']>>[0] | undefined;
    const seen = await act(['backup', 'shop'], {
      env: withPassphrase,
      script: {
        'backup.run': async (_input, signal) => {
          setImmediate(() => {
            world?.interrupt();
            world?.interrupt();
          });
          await new Promise((resolve) => signal?.addEventListener('abort', resolve));
          await later(30);
          throw new AppError('cancelled');
        },
      },
      onReady: (ready) => (world = ready),
    });
    expect(seen.exitedWith).toBe(130);
  });
});

describe('the home folder', () => {
  it('is --home, else SHOUHU_HOME, else the default', async () => {
    const script = { doctor: () => ({ findings: [] }) };
    expect((await act(['doctor', '--home', 'x'], { script, env: { SHOUHU_HOME: '/env' } })).homeDir).toBe(
      '/srv/here/x',
    );
    expect((await act(['doctor'], { script, env: { SHOUHU_HOME: '/env' } })).homeDir).toBe('/env');
    expect((await act(['doctor'], { script })).homeDir).toBe('/default/home');
  });
});

it('shows names that steer a terminal or turn the line as what they are', async () => {
  const name = 'shop\u001b[2J\u202egpj\n✓ done';
  const seen = await act(['backup', 'shop'], {
    env: withPassphrase,
    script: { 'backup.run': () => Promise.reject(new AppError('source.unknown', { name, known: '\u009b31m' })) },
    progress: [{ ...progress, subject: name }],
  });
  expect(seen.err).toContain('shop<U+001B>[2J<U+202E>gpj↵✓ done · reading data\n');
  expect(seen.err).toContain('<U+009B>31m');
  expect((seen.out + seen.err).replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}]/u);
});
