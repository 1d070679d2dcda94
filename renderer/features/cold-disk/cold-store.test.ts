import { describe, expect, it } from 'vitest';
import { eventually } from '../../../shared/testing/eventually.ts';
import { createScriptedClient } from '../../bridge/scripted-client.ts';
import { createColdStore } from './cold-store.ts';

const at = '2026-11-23T08:00:00.000Z';
const red = '红色 U 盘';

async function aRotation() {
  const client = createScriptedClient({ scene: 'many' });
  const cold = createColdStore(client);
  await cold.load();
  return { client, cold, state: () => cold.store.getState() };
}

describe('the rotation', () => {
  it('is what the engine says, and keeps it while the engine is away', async () => {
    const { client, cold, state } = await aRotation();
    expect(state()).toMatchObject({ view: 'ready', error: null, isStale: false });
    expect(state().disks.map(({ name }) => name)).toContain(red);
    client.fail('cold.list', 'engine.stopped');
    await cold.load();
    expect(state()).toMatchObject({ view: 'ready', isStale: false });
    expect(state().disks).not.toHaveLength(0);
  });

  it('says so when the first answer is an error', async () => {
    const client = createScriptedClient({ scene: 'many' });
    client.fail('cold.list', 'engine.stopped');
    const cold = createColdStore(client);
    await cold.load();
    expect(cold.store.getState()).toMatchObject({ view: 'failed', error: { code: 'engine.stopped' } });
  });

  it('takes the newest answer only', async () => {
    const { client, cold, state } = await aRotation();
    const slow = client.hold('cold.list');
    const first = cold.load();
    await cold.load();
    slow.succeed({ disks: [] });
    await first;
    expect(state().disks).not.toHaveLength(0);
  });

  it('keeps the days that a person wishes, or gives the error', async () => {
    const { client, cold, state } = await aRotation();
    const wish = { everyDays: 14, weekday: 5, autoRun: true };
    expect(await cold.schedule(red, wish)).toBeNull();
    expect(state().disks.find(({ name }) => name === red)?.schedule).toEqual(wish);
    client.fail('cold.set', 'home.in-use');
    expect(await cold.schedule(red, wish)).toMatchObject({ code: 'home.in-use' });
  });
});

describe('an arrival', () => {
  it('is offered until it is answered, started, or gone again', async () => {
    const { client, cold, state } = await aRotation();
    const arrive = (): void => client.announce('disk.changed', { destination: red, place: null, state: 'arrived', at });
    arrive();
    expect(state().arrived).toBe(red);
    cold.dismissArrival();
    expect(state().arrived).toBeNull();
    arrive();
    client.announce('disk.changed', { destination: '蓝色 U 盘', place: null, state: 'gone', at });
    expect(state().arrived).toBe(red);
    client.announce('disk.changed', { destination: red, place: null, state: 'gone', at });
    expect(state().arrived).toBeNull();
    arrive();
    const round = cold.start(red);
    expect(state().arrived).toBeNull();
    await round;
  });

  it('during a round is not offered: it is the disk of the round', async () => {
    const { client, cold, state } = await aRotation();
    const held = client.hold('cold.run');
    const round = cold.start(red);
    client.announce('disk.changed', { destination: red, place: null, state: 'arrived', at });
    expect(state().arrived).toBeNull();
    held.fail('disk.pulled-out', { name: red, objects: 3 });
    await round;
  });

  it('makes the list look again, once somebody has looked at it', async () => {
    const client = createScriptedClient({ scene: 'many' });
    const cold = createColdStore(client);
    client.announce('disk.changed', { destination: red, place: null, state: 'arrived', at });
    await client.settled();
    expect(client.calls('cold.list')).toHaveLength(0);
    await cold.load();
    client.announce('disk.changed', { destination: red, place: null, state: 'gone', at });
    await client.settled();
    expect(client.calls('cold.list')).toHaveLength(2);
  });
});

describe('a round', () => {
  it('ejects at its end, and the list is that of after it', async () => {
    const { client, cold, state } = await aRotation();
    await cold.start(red);
    expect(client.calls('cold.run')).toMatchObject([{ name: red, eject: true, wait: false }]);
    expect(cold.run.store.getState()).toMatchObject({ view: 'done', value: { destination: red, eject: 'ejected' } });
    expect(state().disks.find(({ name }) => name === red)).toMatchObject({ presence: 'away' });
  });

  it('that began by itself is taken over, and the list is read anew when it ends', async () => {
    const { client, cold, state } = await aRotation();
    client.announce('disk.changed', { destination: red, place: null, state: 'arrived', at });
    const job = client.addJob({ verb: 'cold.run', subject: red, state: 'running' });
    client.announce('jobs.changed', {});
    await eventually(() =>
      expect(cold.run.store.getState()).toMatchObject({ view: 'running', jobId: job.jobId, subject: red }),
    );
    expect(state().arrived).toBeNull();
    const before = client.calls('cold.list').length;
    client.world.jobs = client.world.jobs.map((each) => ({ ...each, state: 'done' as const }));
    client.announce('jobs.changed', {});
    await eventually(() => expect(cold.run.store.getState()).toMatchObject({ view: 'done', value: null }));
    await client.settled();
    expect(client.calls('cold.list').length).toBeGreaterThan(before + 1);
    expect(state().isStale).toBe(false);
  });
});
