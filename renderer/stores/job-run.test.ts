import { describe, expect, it } from 'vitest';
import { createScriptedClient } from '../bridge/scripted-client.ts';
import { createJobRun } from './job-run.ts';
import { createJobsStore, interruptedJobs } from './jobs-store.ts';

const first = '00000000-0000-4000-8000-000000000001';
const second = '00000000-0000-4000-8000-000000000002';
const input = { source: '我的小店', to: [], maxBytesPerSecond: null };

function idsInOrder(...ids: string[]): () => string {
  return () => ids.shift() ?? crypto.randomUUID();
}

describe('a long command', () => {
  it('shows progress of its own job only', async () => {
    const client = createScriptedClient({ scene: 'shop' });
    const held = client.hold('backup.run');
    const run = createJobRun(client, 'backup.run', idsInOrder(first));
    const ended = run.start('我的小店', input);

    client.announceProgress({ jobId: second, phase: 'rows', doneBytes: 9 });
    expect(run.store.getState()).toMatchObject({ view: 'running', progress: null });
    client.announceProgress({ jobId: first, phase: 'rows', doneBytes: 5 });
    expect(run.store.getState()).toMatchObject({ view: 'running', progress: { doneBytes: 5 } });

    held.fail('cancelled');
    await ended;
  });

  it('says that it is stopping until the engine has stopped', async () => {
    const client = createScriptedClient({ scene: 'shop' });
    const held = client.hold('backup.run');
    const run = createJobRun(client, 'backup.run', idsInOrder(first));
    const ended = run.start('我的小店', input);

    await run.cancel();
    expect(run.store.getState()).toMatchObject({ view: 'running', cancelling: true });
    expect(client.calls('job.cancel')).toEqual([{ jobId: first }]);

    held.fail('cancelled');
    await ended;
    expect(run.store.getState()).toEqual({ view: 'cancelled', subject: '我的小店' });
  });

  it('cannot be started twice at once', async () => {
    const client = createScriptedClient({ scene: 'shop' });
    const held = client.hold('backup.run');
    const run = createJobRun(client, 'backup.run');
    const ended = run.start('我的小店', input);

    await expect(run.start('我的小店', input)).resolves.toBeNull();
    expect(client.calls('backup.run')).toHaveLength(1);

    held.fail('engine.stopped');
    await ended;
    expect(run.store.getState()).toMatchObject({ view: 'failed', error: { code: 'engine.stopped' } });
  });

  it('follows a job that an earlier page started', async () => {
    const client = createScriptedClient({ scene: 'shop' });
    const run = createJobRun(client, 'backup.run');
    const job = client.addJob({ jobId: first, verb: 'backup.run', subject: '我的小店', state: 'running' });
    run.adopt(job);
    expect(run.store.getState()).toMatchObject({ view: 'running', jobId: first });

    client.addJob({ ...job, state: 'failed', errorCode: 'tunnel.lost' });
    await client.settled();
    expect(run.store.getState()).toMatchObject({ view: 'failed', error: { code: 'tunnel.lost' } });
  });
});

describe('interrupted jobs', () => {
  it('are shown until the same work has been started again', async () => {
    const client = createScriptedClient({ scene: 'interrupted' });
    const jobs = createJobsStore(client);
    await jobs.load();
    const [cutOff] = interruptedJobs(jobs.store.getState());
    expect(cutOff).toMatchObject({ verb: 'backup.run', state: 'interrupted' });

    client.addJob({ jobId: second, verb: 'backup.run', subject: cutOff?.subject ?? '', state: 'done' });
    await client.settled();
    expect(interruptedJobs(jobs.store.getState())).toEqual([]);
  });
});
