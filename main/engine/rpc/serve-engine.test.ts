import { describe, expect, it, vi } from 'vitest';
import { AppError } from '../../../shared/errors/app-error.ts';
import { closeRequest, type EngineMessage } from '../../../shared/ipc/engine-messages.ts';
import type { CallOptions, Engine } from '../jobs/index.ts';
import type { Channel } from './channel.ts';
import { serveEngine, type Notices } from './serve-engine.ts';
import { eventually } from '../../../shared/testing/eventually.ts';

const jobId = '0f8fad5b-d9cb-469f-a165-70867728950e';
const progress = {
  jobId,
  verb: 'backup.run',
  subject: 'shop',
  phase: 'read',
  doneBytes: 1,
  totalBytes: null,
  doneItems: 0,
  totalItems: null,
  bytesPerSecond: 0,
  etaMs: null,
  detail: '',
};

type Perform = (input: unknown, options: CallOptions) => Promise<unknown>;

/** An engine whose verbs are scripted, on a wire that a test holds in its hand. */
function aServedEngine(verbs: Record<string, Perform> = {}, openings: Error[] = []) {
  const sent: EngineMessage[] = [];
  const reports: { what: string; error: unknown; secrets: readonly string[] }[] = [];
  const close = vi.fn(() => Promise.resolve());
  let deliver: (raw: unknown) => void = () => undefined;
  let disconnect: () => void = () => undefined;
  let notices: Notices | undefined;
  const channel: Channel = {
    post: (message) => void sent.push(message),
    onMessage: (listener) => (deliver = listener),
    onClose: (listener) => (disconnect = listener),
  };
  const engine = {
    call: async (verb: string, input: unknown, options: CallOptions = {}) =>
      (await verbs[verb]?.(input, options)) ?? {},
    close,
  } as unknown as Engine;
  const served = serveEngine({
    channel,
    graceMs: 50,
    report: (what, error, secrets = []) => void reports.push({ what, error, secrets }),
    openEngine: (given) => {
      notices = given;
      const error = openings.shift();
      return error === undefined ? Promise.resolve(engine) : Promise.reject(error);
    },
  });
  const replies = () => sent.filter((message) => message.type === 'reply');
  return {
    sent,
    replies,
    reports,
    close,
    served,
    deliver: (raw: unknown) => deliver(raw),
    disconnect: () => disconnect(),
    notices: () => notices,
  };
}

const request = (id: number, verb: string, input: unknown = {}, job: string | null = null) => ({
  id,
  verb,
  input,
  jobId: job,
});

/** A call that ends only when it is cancelled. */
const untilAborted: Perform = (_, { signal }) =>
  new Promise((_resolve, reject) => signal?.addEventListener('abort', () => reject(new AppError('cancelled'))));

describe('serveEngine', () => {
  it('answers a call with its outcome and relays the notices of the engine', async () => {
    const served = aServedEngine({ 'source.list': () => Promise.resolve({ sources: [] }) });
    served.deliver(request(7, 'source.list'));
    await eventually(() =>
      expect(served.replies()).toEqual([{ type: 'reply', id: 7, outcome: { ok: true, value: { sources: [] } } }]),
    );

    served.notices()?.onProgress(progress);
    served.notices()?.onChanged('catalog');
    expect(served.sent.slice(-2)).toEqual([
      { type: 'progress', progress },
      { type: 'changed', what: 'catalog' },
    ]);
    expect(served.sent[0]).toEqual({ type: 'ready' });
  });

  it('answers a known failure with its code and facts, and logs nothing', async () => {
    const served = aServedEngine({
      'source.test': () => Promise.reject(new AppError('source.unknown', { name: 'x' })),
    });
    served.deliver(request(1, 'source.test', { name: 'x' }));
    await eventually(() =>
      expect(served.replies()).toMatchObject([
        { outcome: { ok: false, error: { code: 'source.unknown', facts: { name: 'x' } } } },
      ]),
    );
    expect(served.reports).toEqual([]);
  });

  it('logs an unforeseen failure with the secrets to hide, and answers without its text', async () => {
    const boom = new TypeError('reading hunter2 of undefined');
    const served = aServedEngine({ 'home.unlock': () => Promise.reject(boom) });
    served.deliver(request(1, 'home.unlock', { passphrase: 'hunter2' }));
    await eventually(() =>
      expect(served.replies()).toEqual([
        { type: 'reply', id: 1, outcome: { ok: false, error: { code: 'unexpected', facts: {} } } },
      ]),
    );
    expect(served.reports).toEqual([{ what: 'verb home.unlock', error: boom, secrets: ['hunter2'] }]);
  });

  it('passes the job id on, so that job.cancel can stop the running call', async () => {
    const running = new Map<string, AbortController>();
    const served = aServedEngine({
      'backup.run': (_, { jobId: id = '' }) => {
        const controller = new AbortController();
        running.set(id, controller);
        return untilAborted({}, { signal: controller.signal });
      },
      'job.cancel': (input) => {
        running.get((input as { jobId: string }).jobId)?.abort();
        return Promise.resolve({ found: true });
      },
    });
    served.deliver(request(1, 'backup.run', {}, jobId));
    await eventually(() => expect(running.has(jobId)).toBe(true));
    served.deliver(request(2, 'job.cancel', { jobId }));
    await eventually(() => expect(served.replies()).toHaveLength(2));
    expect(served.replies().find(({ id }) => id === 1)).toMatchObject({
      outcome: { ok: false, error: { code: 'cancelled' } },
    });
  });

  it('cancels what runs and closes the engine when the app is gone', async () => {
    const served = aServedEngine({ 'backup.run': untilAborted });
    served.deliver(request(1, 'backup.run', {}, jobId));
    await eventually(() => expect(served.notices()).toBeDefined());
    served.disconnect();
    await served.served;
    expect(served.close).toHaveBeenCalledOnce();
    expect(served.replies()).toEqual([]);
  });

  it('closes on request, after the calls that were cancelled have answered', async () => {
    const served = aServedEngine({ 'backup.run': untilAborted });
    served.deliver(request(1, 'backup.run', {}, jobId));
    await Promise.resolve();
    served.deliver(request(2, closeRequest));
    served.deliver(request(3, 'source.list'));
    await served.served;
    await eventually(() =>
      expect(
        served
          .replies()
          .map(({ id }) => id)
          .sort(),
      ).toEqual([1, 2, 3]),
    );
    expect(served.replies().find(({ id }) => id === 3)).toMatchObject({
      outcome: { error: { code: 'engine.stopped' } },
    });
  });

  it('does not wait for ever for a call that ignores its cancellation', async () => {
    const served = aServedEngine({ 'backup.run': () => new Promise(() => undefined) });
    served.deliver(request(1, 'backup.run', {}, jobId));
    served.disconnect();
    await served.served;
    expect(served.close).toHaveBeenCalledOnce();
  });

  it('answers with the reason while the home does not open, and tries again at the next call', async () => {
    const damaged = () => new AppError('home.damaged', { file: 'keyring.json' });
    const served = aServedEngine({}, [damaged(), damaged()]);
    await Promise.resolve();
    served.deliver(request(1, 'home.status'));
    await eventually(() =>
      expect(served.replies()).toMatchObject([{ outcome: { ok: false, error: { code: 'home.damaged' } } }]),
    );
    await eventually(() => {
      served.deliver(request(2, 'home.status'));
      expect(served.replies().at(-1)).toMatchObject({ id: 2, outcome: { ok: true } });
    });
  });
});
