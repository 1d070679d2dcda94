import { EventEmitter } from 'node:events';
import { expect, it, vi } from 'vitest';
import { guardQuit } from './quit.ts';
import { eventually } from '../../../shared/testing/eventually.ts';

/** An app whose `quit` asks its listeners first, as Electron's does. */
class FakeApp extends EventEmitter {
  hasQuit = false;

  quit(): void {
    const preventDefault = vi.fn();
    this.emit('before-quit', { preventDefault });
    this.hasQuit ||= preventDefault.mock.calls.length === 0;
  }
}

function anApp({ jobs = 0, answers = [] as boolean[] }) {
  const app = new FakeApp();
  const drained = Promise.withResolvers<undefined>();
  const drain = vi.fn(async () => {
    await drained.promise;
  });
  const confirm = vi.fn(() => Promise.resolve(answers.shift() ?? false));
  const quit = guardQuit({ app, runningJobs: () => jobs, confirm, drain, report: vi.fn() });
  return { app, drain, drained, confirm, quit };
}

it('waits for the engine before it quits, however often it is asked', async () => {
  const { app, drain, drained, confirm, quit } = anApp({});
  app.quit();
  app.quit();
  await eventually(() => expect(drain).toHaveBeenCalledOnce());
  expect(app.hasQuit).toBe(false);
  expect(quit.mayLeave()).toBe(false);
  drained.resolve(undefined);
  await eventually(() => expect(app.hasQuit).toBe(true));
  expect(quit.mayLeave()).toBe(true);
  expect(confirm).not.toHaveBeenCalled();
});

it('asks first while a job is running; stay means stay, and the next time it asks again', async () => {
  const { app, drain, drained, confirm } = anApp({ jobs: 1, answers: [false, true] });
  app.quit();
  await eventually(() => expect(confirm).toHaveBeenCalledOnce());
  await Promise.resolve();
  expect(drain).not.toHaveBeenCalled();
  drained.resolve(undefined);
  await eventually(() => {
    app.quit();
    expect(confirm).toHaveBeenCalledTimes(2);
  });
  await eventually(() => expect(app.hasQuit).toBe(true));
});

it('quits all the same when the engine cannot be put away', async () => {
  const { app, drained } = anApp({});
  app.quit();
  drained.reject(new Error('stuck'));
  await eventually(() => expect(app.hasQuit).toBe(true));
});
