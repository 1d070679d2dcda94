import { expect, it } from 'vitest';
import { createScriptedClient } from '../bridge/scripted-client.ts';
import { aStream } from '../bridge/scripted/sample-stream.ts';
import { shopName } from '../bridge/scripted/sample-shop.ts';
import { createStreamsStore, newestStored, rpoNow } from './streams-store.ts';

function aStore() {
  const client = createScriptedClient({ scene: 'shop' });
  const clock = { ms: 1_000_000 };
  const streams = createStreamsStore(client, () => clock.ms);
  const seen = () => streams.store.getState().streams[shopName];
  return { client, clock, streams, seen };
}

it('counts on from what the engine last said, and takes what it says next', async () => {
  const { client, clock, streams, seen } = aStore();
  await streams.load();
  const [disk, cloud] = seen()!.status.copies;
  expect(rpoNow(seen()!, disk!, clock.ms + 2_000)).toBe(5_000);
  expect(rpoNow(seen()!, { ...cloud!, rpoMs: null }, clock.ms)).toBeNull();
  client.announce('stream.changed', aStream(shopName, { state: 'waiting', errorCode: 'tunnel.lost' }));
  expect(seen()!.status).toMatchObject({ state: 'waiting', errorCode: 'tunnel.lost' });
});

it('claims nothing while there is no engine, and asks the next one', async () => {
  const { client, streams, seen } = aStore();
  await streams.load();
  client.announce('engine.state', { state: 'restarting', interruptedJobs: 0 });
  expect(seen()).toBeUndefined();
  client.announce('engine.state', { state: 'running', interruptedJobs: 0 });
  await client.settled();
  expect(seen()?.status.state).toBe('live');
});

it('pauses and resumes a shop, and says why when that was not saved', async () => {
  const { client, streams, seen } = aStore();
  await streams.setPaused(shopName, true);
  expect(seen()?.status.state).toBe('paused');
  client.fail('stream.set', 'home.in-use');
  await streams.setPaused(shopName, false);
  expect(streams.store.getState().failed[shopName]?.code).toBe('home.in-use');
  client.fail('stream.set', null);
  await streams.setPaused(shopName, false);
  expect(streams.store.getState().failed).toEqual({});
  expect(seen()?.status.state).toBe('live');
});

it('knows until when any copy holds the log', () => {
  const status = aStream(shopName);
  expect(newestStored({ status, seenMs: 0 })).toBe(status.copies[0]?.storedAt);
  expect(newestStored(undefined)).toBeNull();
});
