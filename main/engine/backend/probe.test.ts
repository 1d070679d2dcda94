import { describe, expect, it } from 'vitest';
import { AppError } from '../../../shared/errors/app-error.ts';
import { MemoryBlobStore } from './memory/memory-blob-store.ts';
import { probeStepIds, probeStore } from './probe.ts';
import { names, never } from './testing/describe-blob-store.ts';
import { FaultyBlobStore, type Fault } from './testing/faulty-blob-store.ts';
import { pathStyleRefused, startTestS3, storeOn } from './testing/s3-rig.ts';

describe('probeStore', () => {
  it('reports every step and leaves nothing behind', async () => {
    const store = new MemoryBlobStore();
    const steps = await probeStore(store, { signal: never });
    expect(steps.map(({ id, ok }) => [id, ok])).toEqual(probeStepIds.map((id) => [id, true]));
    expect(await names(store, '')).toEqual([]);
  });

  it.each(probeStepIds)('tells that %s was the step that failed', async (step) => {
    const memory = new MemoryBlobStore();
    const error = new AppError('backend.access-denied', { reason: 'AccessDenied' });
    const store = new FaultyBlobStore(memory, [{ on: step, effect: { kind: 'fail', when: 'before', error } }]);
    await expect(probeStore(store, { signal: never })).rejects.toMatchObject({
      code: 'backend.access-denied',
      facts: { reason: 'AccessDenied', step },
    });
    expect(await names(memory, '')).toHaveLength(step === 'remove' ? 1 : 0);
  });

  const lies: readonly (readonly [string, Fault])[] = [
    ['get', { on: 'get', effect: { kind: 'flip', atByte: -1 } }],
    ['get', { on: 'get', effect: { kind: 'truncate', toBytes: 10 } }],
    ['list', { on: 'list', effect: { kind: 'hide', names: /^probe/ } }],
    ['stat', { on: 'stat', effect: { kind: 'hide', names: /^probe/ } }],
  ];
  it.each(lies)('does not believe a store that lies at %s', async (step, fault) => {
    const memory = new MemoryBlobStore();
    await expect(probeStore(new FaultyBlobStore(memory, [fault]), { signal: never })).rejects.toMatchObject({
      code: 'backend.rejected',
      facts: { reason: 'probe-mismatch', step },
    });
    expect(await names(memory, '')).toEqual([]);
  });

  it('gets through to an S3 service and names what it refuses', async () => {
    const fake = await startTestS3();
    const store = storeOn(fake);
    expect(await probeStore(store, { signal: never })).toHaveLength(5);
    fake.quirks.pathStyle = pathStyleRefused;
    await expect(probeStore(store, { signal: never })).rejects.toMatchObject({
      code: 'backend.rejected',
      facts: { reason: 'SecondLevelDomainForbidden', step: 'put' },
    });
    await store.close();
    await fake.close();
  });
});
