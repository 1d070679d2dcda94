import { expect, it } from 'vitest';
import { createScriptedClient } from '../bridge/scripted-client.ts';
import { aStream } from '../bridge/scripted/sample-stream.ts';
import { shopName } from '../bridge/scripted/sample-shop.ts';
import { createEventsStore } from './events-store.ts';

function aStore() {
  const client = createScriptedClient({ scene: 'shop' });
  const clock = { ms: 0 };
  const events = createEventsStore(client, () => clock.ms);
  const stored = (count: number) =>
    client.announce('stream.changed', aStream(shopName, { today: { events: count, bytes: 0 } }));
  const reads = () => client.calls('events.list').length;
  return { client, clock, events, stored, reads };
}

it('reads a log that is looked at again when more of it has been stored, and not at every word', async () => {
  const { client, clock, events, stored, reads } = aStore();
  stored(1);
  expect(reads()).toBe(0);
  await events.load(shopName);
  stored(1);
  clock.ms += 60_000;
  stored(1);
  expect(reads()).toBe(1);
  stored(2);
  await client.settled();
  expect(reads()).toBe(2);
  stored(3);
  expect(reads()).toBe(2);
  clock.ms += 5_000;
  stored(4);
  expect(reads()).toBe(3);
});

it('leaves a log that takes long to read alone for longer', async () => {
  const { client, clock, events, stored, reads } = aStore();
  const answer = client.hold('events.list');
  const reading = events.load(shopName);
  clock.ms += 20_000;
  answer.fail('backend.unreachable');
  await reading;
  clock.ms += 100_000;
  stored(1);
  expect(reads()).toBe(1);
  clock.ms += 101_000;
  stored(2);
  expect(reads()).toBe(2);
});

it('says when there is none, and keeps the last one on the screen when a later reading fails', async () => {
  const { client, events } = aStore();
  client.fail('events.list', 'stream.none');
  await events.load(shopName);
  expect(events.store.getState()[shopName]).toEqual({ view: 'none' });
  client.fail('events.list', null);
  await events.load(shopName);
  client.fail('events.list', 'backend.unreachable');
  await events.load(shopName);
  expect(events.store.getState()[shopName]?.view).toBe('ready');
});
