import { describe, expect, it, vi } from 'vitest';
import type { EngineState } from '../../../shared/ipc/contract.ts';
import { closeRequest } from '../../../shared/ipc/engine-messages.ts';
import type { VerbInput } from '../../../shared/ipc/engine-verbs.ts';
import { EngineHost, type EngineProcess } from './engine-host.ts';

const jobId = '0f8fad5b-d9cb-469f-a165-70867728950e';

interface Sent {
  readonly id: number;
  readonly verb: string;
  readonly input: unknown;
  readonly jobId: string | null;
}

class FakeEngine implements EngineProcess {
  readonly sent: Sent[] = [];
  readonly kill = vi.fn(() => this.exit(137));
  say: (raw: unknown) => void = () => undefined;
  exit: (exitCode: number) => void = () => undefined;

  postMessage(message: unknown): void {
    this.sent.push(message as Sent);
  }
  onMessage(listener: (raw: unknown) => void): void {
    this.say = listener;
  }
  onExit(listener: (exitCode: number) => void): void {
    this.exit = listener;
  }
  /** Answers the latest request. */
  answer(outcome: unknown): void {
    this.say({ type: 'reply', id: this.sent.at(-1)?.id, outcome });
  }
}

function aHost({ fork }: { readonly fork?: () => EngineProcess } = {}) {
  const engines: FakeEngine[] = [];
  const timers: { delayMs: number; run: () => void }[] = [];
  const states: EngineState[] = [];
  const clock = { nowMs: 0 };
  const heard = { onProgress: vi.fn(), onChanged: vi.fn(), onDisk: vi.fn(), onStream: vi.fn(), report: vi.fn() };
  const newEngine = () => {
    const engine = new FakeEngine();
    engines.push(engine);
    return engine;
  };
  const host = new EngineHost({
    fork: fork ?? newEngine,
    after: (delayMs, run) => {
      const timer = { delayMs, run };
      timers.push(timer);
      return () => void timers.splice(timers.indexOf(timer), timers.includes(timer) ? 1 : 0);
    },
    now: () => clock.nowMs,
    onState: (state) => void states.push(state),
    ...heard,
  });
  /** The engine that runs now. */
  const engine = (): FakeEngine => engines.at(-1)!;
  const fire = (): void => timers.shift()?.run();
  return { host, engines, engine, timers, fire, states, clock, heard };
}

/** Promises that can settle have settled. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

describe('a call', () => {
  it('resolves with the value of its own reply, in whatever order replies come', async () => {
    const { host, engine } = aHost();
    host.start();
    const first = host.call('source.list', {});
    const second = host.call('jobs.list', {});
    const [a, b] = engine().sent;
    engine().say({ type: 'reply', id: b?.id, outcome: { ok: true, value: { jobs: [] } } });
    engine().say({ type: 'reply', id: a?.id, outcome: { ok: true, value: { sources: [] } } });
    expect(await first).toEqual({ sources: [] });
    expect(await second).toEqual({ jobs: [] });
  });

  it('rejects with the code and facts of a failure', async () => {
    const { host, engine } = aHost();
    host.start();
    const call = host.call('source.test', { name: 'x' });
    engine().answer({ ok: false, error: { code: 'source.unknown', facts: { name: 'x' } } });
    await expect(call).rejects.toMatchObject({ name: 'AppError', code: 'source.unknown', facts: { name: 'x' } });
  });

  it.each([undefined, null, 'yes', { ok: 'true', value: 1 }, { ok: false, error: { code: 'made-up', facts: {} } }])(
    'rejects as unexpected for the outcome %j',
    async (outcome) => {
      const { host, engine } = aHost();
      host.start();
      const call = host.call('jobs.list', {});
      engine().answer(outcome);
      await expect(call).rejects.toMatchObject({ code: 'unexpected' });
    },
  );

  it('is refused at once while there is no engine', async () => {
    const { host, engine } = aHost();
    await expect(host.call('jobs.list', {})).rejects.toMatchObject({ code: 'engine.stopped' });
    host.start();
    engine().exit(1);
    await expect(host.call('jobs.list', {})).rejects.toMatchObject({ code: 'engine.stopped' });
  });
});

describe('an engine that dies', () => {
  it('rejects every call in flight, says how many jobs were cut off, and starts again', async () => {
    const { host, engines, engine, fire, states, heard } = aHost();
    host.start();
    engine().say({ type: 'ready' });
    heard.onChanged.mockClear();
    const backup = host.call('backup.run', { source: 'shop', to: [], maxBytesPerSecond: null }, jobId);
    const list = host.call('jobs.list', {});
    expect(host.runningJobs).toBe(1);

    engine().exit(139);
    await expect(backup).rejects.toMatchObject({ code: 'engine.stopped', facts: { exitCode: 139 } });
    await expect(list).rejects.toMatchObject({ code: 'engine.stopped' });
    expect(host.runningJobs).toBe(0);
    expect(host.state).toEqual({ state: 'restarting', interruptedJobs: 1 });

    fire();
    engine().say({ type: 'ready' });
    expect(engines).toHaveLength(2);
    expect(heard.onChanged).toHaveBeenCalledExactlyOnceWith('jobs');
    expect(states).toEqual([
      { state: 'running', interruptedJobs: 0 },
      { state: 'restarting', interruptedJobs: 1 },
      { state: 'running', interruptedJobs: 1 },
    ]);
  });

  it('is given longer and longer pauses while it dies quickly, and a fresh start after a minute of health', () => {
    const { host, engine, timers, fire, clock } = aHost();
    const delays: number[] = [];
    const die = (): void => {
      engine().exit(1);
      delays.push(timers[0]?.delayMs ?? -1);
      fire();
    };
    host.start();
    die();
    die();
    die();
    die();
    clock.nowMs += 60_000;
    die();
    die();
    expect(delays).toEqual([1_000, 5_000, 30_000, 30_000, 0, 1_000]);
  });

  it('is tried again when it cannot even be started', () => {
    const fork = vi.fn(() => {
      throw new Error('ENOENT');
    });
    const { host, timers, fire, heard } = aHost({ fork });
    host.start();
    expect(host.state.state).toBe('restarting');
    expect(timers).toHaveLength(1);
    fire();
    expect(fork).toHaveBeenCalledTimes(2);
    expect(heard.report).toHaveBeenCalled();
  });

  it('can say nothing any more: late messages of the old process reach nobody', () => {
    const { host, engines, fire, heard } = aHost();
    host.start();
    engines[0]?.exit(1);
    fire();
    engines[0]?.say({ type: 'changed', what: 'jobs' });
    engines[0]?.exit(1);
    expect(heard.onChanged).not.toHaveBeenCalled();
    expect(engines).toHaveLength(2);
    expect(host.state.state).toBe('restarting');
  });
});

describe('a home that was open when the engine died', () => {
  const passphrase = 'a passphrase of many words';
  const secret = { kind: 'words', words: 'orchid lamp river' } as const;
  const from = { kind: 'disk', path: '/copy' } as const;
  const backup = { source: 'shop', to: [], maxBytesPerSecond: null };

  async function openedBy<N extends 'home.unlock' | 'home.init' | 'recover.run' | 'key.changePassphrase'>(
    verb: N,
    input: VerbInput<N>,
  ) {
    const rig = aHost();
    rig.host.start();
    rig.engine().say({ type: 'ready' });
    const opening = rig.host.call(verb, input);
    rig.engine().answer({ ok: true, value: {} });
    await opening;
    rig.engine().exit(137);
    rig.fire();
    return rig;
  }

  it('is opened again before anything else is asked, and only then is the engine said to run', async () => {
    const { host, engine, states } = await openedBy('home.unlock', { passphrase });
    const waiting = host.call('backup.run', backup, jobId);
    engine().say({ type: 'ready' });
    await settled();
    expect(engine().sent).toMatchObject([{ verb: 'home.unlock', input: { passphrase } }]);
    expect(states.at(-1)).toMatchObject({ state: 'restarting' });

    engine().answer({ ok: true, value: {} });
    await settled();
    expect(states.at(-1)).toMatchObject({ state: 'running' });
    expect(engine().sent.at(-1)).toMatchObject({ verb: 'backup.run', jobId });
    engine().answer({ ok: true, value: 'backed up' });
    expect(await waiting).toBe('backed up');
  });

  it('by setting it up or bringing it back is opened the same way', async () => {
    const made = await openedBy('home.init', { passphrase, vaultPassphrase: 'x', kitDir: null, language: 'zh' });
    expect(made.engine().sent).toMatchObject([{ verb: 'home.unlock', input: { passphrase } }]);
    const recovered = await openedBy('recover.run', { from, secret });
    expect(recovered.engine().sent).toMatchObject([{ verb: 'home.unlock', input: { words: secret.words } }]);
    expect(JSON.stringify(recovered.states)).not.toContain('orchid');
  });

  it('by a passphrase that was changed since is opened with the new one; the vault’s opens nothing', async () => {
    const change = { current: { passphrase }, newPassphrase: 'another one of many words' };
    const changed = await openedBy('key.changePassphrase', { key: 'main', ...change });
    expect(changed.engine().sent).toMatchObject([{ verb: 'home.unlock', input: { passphrase: change.newPassphrase } }]);
    const vault = await openedBy('key.changePassphrase', { key: 'vault', ...change });
    expect(vault.engine().sent).toEqual([]);
  });

  it('stays locked when its passphrase is another one by now, and is not tried with it again', async () => {
    const { engine, fire, states } = await openedBy('home.unlock', { passphrase });
    engine().say({ type: 'ready' });
    engine().answer({ ok: false, error: { code: 'keys.wrong-passphrase', facts: {} } });
    await settled();
    expect(states.at(-1)).toMatchObject({ state: 'running' });
    engine().exit(1);
    fire();
    expect(engine().sent).toEqual([]);
  });

  it('is opened by the engine after the next, when that one dies as well', async () => {
    const { host, engine, fire, states } = await openedBy('home.unlock', { passphrase });
    const waiting = host.call('jobs.list', {});
    engine().exit(1);
    await expect(waiting).rejects.toMatchObject({ code: 'engine.stopped' });
    fire();
    engine().say({ type: 'ready' });
    engine().answer({ ok: true, value: {} });
    await settled();
    expect(states.at(-1)).toMatchObject({ state: 'running' });
  });

  it('is not tried with a passphrase that never opened it', async () => {
    const { host, engine, fire } = aHost();
    host.start();
    const refused = host.call('home.unlock', { passphrase: 'wrong' });
    engine().answer({ ok: false, error: { code: 'keys.wrong-passphrase', facts: {} } });
    await expect(refused).rejects.toMatchObject({ code: 'keys.wrong-passphrase' });
    engine().exit(1);
    fire();
    expect(engine().sent).toEqual([]);
  });
});

describe('messages of the engine', () => {
  it('are handed on when they are notices', () => {
    const { host, engine, heard } = aHost();
    host.start();
    engine().say({ type: 'changed', what: 'catalog' });
    expect(heard.onChanged).toHaveBeenCalledExactlyOnceWith('catalog');
  });

  it.each([
    undefined,
    'ready',
    { type: 'exec', command: 'x' },
    { type: 'progress', progress: { jobId: '1' } },
    { type: 'reply' },
  ])('are dropped when they do not fit: %j', (raw) => {
    const { host, engine, heard, states } = aHost();
    host.start();
    engine().say(raw);
    expect(heard.report).toHaveBeenCalledOnce();
    expect(heard.onProgress).not.toHaveBeenCalled();
    expect(states).toEqual([]);
  });
});

describe('stopping', () => {
  it('asks the engine to put everything away and resolves when it has ended', async () => {
    const { host, engine, timers } = aHost();
    host.start();
    const stopped = host.stop(10_000);
    expect(engine().sent.at(-1)).toMatchObject({ verb: closeRequest });
    await expect(host.call('jobs.list', {})).rejects.toMatchObject({ code: 'engine.stopped' });
    engine().exit(0);
    await stopped;
    expect(host.state.state).toBe('stopped');
    expect(engine().kill).not.toHaveBeenCalled();
    expect(timers).toEqual([]);
  });

  it('kills an engine that does not end', async () => {
    const { host, engine, fire, timers } = aHost();
    host.start();
    const stopped = host.stop(10_000);
    expect(timers[0]?.delayMs).toBe(10_000);
    fire();
    await stopped;
    expect(engine().kill).toHaveBeenCalledOnce();
  });

  it('does not start it again, also when it was waiting to be', async () => {
    const { host, engines, engine, fire } = aHost();
    host.start();
    engine().exit(1);
    await host.stop(10_000);
    fire();
    expect(engines).toHaveLength(1);
    expect(host.state.state).toBe('stopped');
  });
});
