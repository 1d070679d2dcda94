import { expect, it } from 'vitest';
import { AppError, failure, success, type Outcome } from '../../../shared/errors/app-error.ts';
import { defaultRetention } from '../../../shared/model/retention.ts';
import type { Client } from '../../bridge/client.ts';
import { createRetentionStore } from './retention-store.ts';

function aClient(answers: Readonly<Record<string, () => Outcome<unknown>>>) {
  const calls: { readonly name: string; readonly input: Record<string, unknown> }[] = [];
  const client = {
    call: (name: string, input: Record<string, unknown>) => {
      calls.push({ name, input });
      return Promise.resolve(answers[name]?.() ?? success({}));
    },
    listen: () => () => undefined,
  } as unknown as Client;
  return { client, calls };
}

it('saves the setting first, then rehearses, and removes nothing', async () => {
  const { client, calls } = aClient({});
  const store = createRetentionStore(client);
  await store.rehearse('主硬盘', { ...defaultRetention, keepDaily: 3 }, null);
  expect(calls.map(({ name }) => name)).toEqual(['destination.set', 'prune.run']);
  expect(calls[0]?.input).toMatchObject({ name: '主硬盘', retention: { keepDaily: 3 } });
  expect(calls[1]?.input).toMatchObject({ destination: '主硬盘', dryRun: true, confirmShrink: null });
  expect(store.rehearsal.store.getState().view).toBe('done');
});

it('does not rehearse a setting that could not be saved', async () => {
  const { client, calls } = aClient({ 'destination.set': () => failure(new AppError('home.in-use')) });
  const store = createRetentionStore(client);
  await store.rehearse('主硬盘', defaultRetention, null);
  expect(calls).toHaveLength(1);
  expect(store.saving.getState().error?.code).toBe('home.in-use');
  expect(store.rehearsal.store.getState().view).toBe('idle');
});

it('confirms for exactly the snapshot that was shown', async () => {
  const { client, calls } = aClient({});
  const store = createRetentionStore(client);
  await store.tidyUp('主硬盘', '0192aabb-ccdd-7eee-8fff-001122334455');
  expect(calls[0]?.input).toMatchObject({
    dryRun: false,
    confirmShrink: '0192aabb-ccdd-7eee-8fff-001122334455',
  });
});
