import { resolve } from 'node:path';
import { AppError, isAppErrorOf, toAppError } from '../../../../shared/errors/app-error.ts';
import type { VerbInput, VerbOutput } from '../../../../shared/ipc/engine-verbs.ts';
import type { DestinationInput } from '../../../../shared/model/destination.ts';
import { defaultRetention } from '../../../../shared/model/retention.ts';
import type { TestStep } from '../../../../shared/model/source.ts';
import type { BlobStore } from '../../backend/blob-store.ts';
import { probeStore } from '../../backend/probe.ts';
import { isoUtc } from '../../platform/clock.ts';
import { newId } from '../../platform/random.ts';
import { volumeOf } from '../../platform/volumes/index.ts';
import { findDiskMarker, Repository } from '../../repository/index.ts';
import { bringReaders } from '../bring-readers.ts';
import { careForMarker, careInPassing } from '../cold/disk-marker.ts';
import { isTravelling, isTravellingRole, type DiskDestination } from '../cold/find-disk.ts';
import { keepReserve } from '../disk-reserve.ts';
import type { EngineContext, Run } from '../engine-context.ts';
import { sealCloudKeys, viewOfDestination } from '../home/saved-secrets.ts';
import type { CloudFindings, SavedDestination } from '../home/settings-file.ts';
import { ownHeader } from '../keys/own-header.ts';
import { bringOwedHeader } from '../keys/publish-header.ts';
import { openDiskStore, openRepository, openStore, prepareDiskFolder, withRepository } from '../stores.ts';
import { findDestination, findSnapshot } from './lookup.ts';
import { noteProbe, probeCloud } from './probe-cloud.ts';
import { defined } from './prune-verb.ts';
import { refreshDestination } from './refresh-catalog.ts';
import { TestSteps } from './test-steps.ts';
import { tryCloud, type CloudTrial } from './try-cloud.ts';

/** Writes, looks, lists, reads back and deletes a probe object: a place that only says yes to a login is no destination. */
async function tryStore(
  context: EngineContext,
  open: () => Promise<BlobStore>,
  signal: AbortSignal,
): Promise<{ steps: TestStep[]; error: AppError | null }> {
  const steps = new TestSteps(context.clock);
  try {
    const store = await steps.run('open', open);
    try {
      for (const step of await probeStore(store, { signal, clock: context.clock }))
        steps.add({ ...step, facts: {}, errorCode: null });
      return { steps: steps.steps, error: null };
    } catch (error) {
      const { code, facts } = toAppError(error);
      steps.add({
        id: typeof facts['step'] === 'string' ? facts['step'] : 'probe',
        ok: false,
        ms: 0,
        facts,
        errorCode: code,
      });
      throw error;
    } finally {
      await store.close();
    }
  } catch (error) {
    signal.throwIfAborted();
    return { steps: steps.steps, error: toAppError(error) };
  }
}

/** The live test of a place that is not saved yet. */
async function tryPlace(context: EngineContext, input: DestinationInput, signal: AbortSignal): Promise<CloudTrial> {
  if (input.kind === 's3') return tryCloud(context, input, input, signal);
  return { ...(await tryStore(context, () => openDiskStore(resolve(input.path)), signal)), found: {} };
}

export async function destinationTry(
  context: EngineContext,
  input: VerbInput<'destination.try'>,
  run: Run,
): Promise<VerbOutput<'destination.try'>> {
  if (input.kind === 'disk') {
    try {
      input = { ...input, path: await prepareDiskFolder(resolve(input.path)) };
    } catch (error) {
      const { code, facts } = toAppError(error);
      return { steps: [{ id: 'open', ok: false, ms: 0, facts, errorCode: code }] };
    }
  }
  const { steps } = await tryPlace(context, input, run.signal);
  return { steps };
}

export async function destinationTest(
  context: EngineContext,
  input: VerbInput<'destination.test'>,
  run: Run,
): Promise<VerbOutput<'destination.test'>> {
  const destination = await findDestination(context, input.name);
  const { keys } = context.unlocked();
  if (destination.kind === 's3') return { steps: await testCloud(context, destination, run.signal) };
  const open = async () => {
    const store = await openStore(keys, destination);
    try {
      // A folder that is there is not yet the disk: it must hold our repository before anything is written to it.
      const repository = await openRepository(store, keys, destination, run.signal);
      await bringOwedHeader(context, destination, repository, run.signal);
      await bringReaders(context, destination, repository, run.signal);
      await keepReserve(context, destination, run.signal);
      await careInPassing(repository, destination, context.clock, run.signal);
      return store;
    } catch (error) {
      await store.close();
      throw error;
    }
  };
  const tried = await tryStore(context, open, run.signal);
  if (tried.error !== null) throw tried.error;
  return { steps: tried.steps };
}

/** Tests a saved bucket anew, sees that our repository is there, and brings it what it is owed. */
async function testCloud(
  context: EngineContext,
  destination: SavedDestination & { kind: 's3' },
  signal: AbortSignal,
): Promise<TestStep[]> {
  const { steps, error } = await probeCloud(context, destination, signal);
  if (error !== null) throw error;
  await withRepository(context.unlocked().keys, destination, signal, async (repository) => {
    await bringOwedHeader(context, destination, repository, signal);
    await bringReaders(context, destination, repository, signal);
  });
  return steps;
}

/**
 * Adds a place after a probe held. An empty place gets this installation's repository header; a place that already holds our own
 * repository is taken over with its timeline; another repository is refused (`repository.foreign`) and left as it is.
 */
export async function destinationAdd(
  context: EngineContext,
  input: VerbInput<'destination.add'>,
  run: Run,
): Promise<VerbOutput<'destination.add'>> {
  const { destinations } = await context.home.settings.read();
  if (destinations.some(({ name }) => name === input.name))
    throw new AppError('destination.exists', { name: input.name });
  if (input.kind === 'disk') {
    if (input.cold !== undefined && !isTravellingRole(input.role))
      throw new AppError('usage.bad-argument', { argument: 'cold', value: input.role });
    input = { ...input, path: await prepareDiskFolder(resolve(input.path)) };
  }
  const tried = await tryPlace(context, input, run.signal);
  if (tried.error !== null) throw tried.error;
  const draft = toSaved(context, input, tried.found);
  const { keys } = context.unlocked();
  // A new disk that travels has no marker yet by which it could be found.
  const store = draft.kind === 'disk' ? await openDiskStore(draft.path) : await openStore(keys, draft);
  const saved = await beginCopy(context, draft, store, run.signal).finally(() => store.close());
  await saveDestination(context, saved);
  if (saved.kind === 's3') await noteProbe(context, saved, null);
  await withRepository(context.unlocked().keys, saved, run.signal, async (repository) => {
    await bringOwedHeader(context, saved, repository, run.signal);
    await bringReaders(context, saved, repository, run.signal);
    await keepReserve(context, saved, run.signal);
  });
  await refreshDestination(context, saved, run.signal);
  return { destination: viewOfDestination(saved), steps: tried.steps };
}

async function beginCopy(
  context: EngineContext,
  saved: SavedDestination,
  store: BlobStore,
  signal: AbortSignal,
): Promise<SavedDestination> {
  await Repository.createOrAdopt(store, await ownHeader(context), context.unlocked().keys, signal);
  return isTravelling(saved) ? markNewDisk(context, saved, store, signal) : saved;
}

/**
 * Gives a travelling disk its marker before it is saved. One that has a marker of ours keeps its id: another computer of the same owner may
 * have added it. Errors: `disk.known-already` {name}, `disk.marker-refused`.
 */
async function markNewDisk(
  context: EngineContext,
  saved: DiskDestination,
  store: BlobStore,
  signal: AbortSignal,
): Promise<DiskDestination> {
  const { keys } = context.unlocked();
  const { destinations } = await context.home.settings.read();
  const marker = await findDiskMarker(store, keys, signal).catch((error: unknown) => {
    if (!isAppErrorOf(error, 'disk.marker-refused')) throw error;
    throw new AppError(error.code, { ...error.facts, path: saved.path }, { cause: error });
  });
  const known = destinations.find(({ id }) => id === marker?.destination);
  if (known !== undefined) throw new AppError('disk.known-already', { name: known.name });
  const named = marker === undefined ? saved : { ...saved, id: marker.destination };
  const volume = volumeOf(saved.path, await context.volumes.list());
  await careForMarker({ keys, store }, named, { volume, clock: context.clock, signal });
  return named;
}

export async function saveDestination(context: EngineContext, saved: SavedDestination): Promise<void> {
  await context.home.settings.update((settings) => {
    if (settings.destinations.some(({ name }) => name === saved.name))
      throw new AppError('destination.exists', { name: saved.name });
    return { ...settings, destinations: [...settings.destinations, saved] };
  });
  await context.home.audit.append('destination.add', { destination: saved.name, kind: saved.kind, role: saved.role });
  context.onCatalogChanged();
}

export async function destinationList(context: EngineContext): Promise<VerbOutput<'destination.list'>> {
  const { destinations } = await context.home.settings.read();
  const { inventory } = context.catalog;
  return {
    destinations: destinations.map((saved) => ({ ...viewOfDestination(saved), proof: inventory.figures(saved.id) })),
  };
}

/**
 * What tidying up keeps at this place, how fast it is written to from the next opening on, and whether a bucket is protected against deletion, which
 * is proven first as when it is added. Errors: `snapshot.unknown` for a pin; for the lock those of the live test, and nothing is changed.
 */
export async function destinationSet(
  context: EngineContext,
  input: VerbInput<'destination.set'>,
  run: Run,
): Promise<VerbOutput<'destination.set'>> {
  const before = await findDestination(context, input.name);
  const { id } = before;
  const { lockDays } = input;
  const steps = lockDays === undefined ? null : await proveLock(context, before, lockDays, run.signal);
  const pin = input.pin.map((reference) => findSnapshot(context, reference, null).manifest.id);
  const { destinations } = await context.home.settings.update((settings) => ({
    ...settings,
    destinations: settings.destinations.map((destination) => {
      if (destination.id !== id) return destination;
      const pinned = (destination.pinned ?? []).filter((known) => !input.unpin.some((each) => known.startsWith(each)));
      const locked = lockDays === undefined || destination.kind === 'disk' ? destination : { ...destination, lockDays };
      const limited = withLimit(locked, input.maxBytesPerSecond);
      const wanted = defined(input.retention);
      if (Object.keys(wanted).length + input.pin.length + input.unpin.length === 0) return limited;
      const retention = { ...defaultRetention, ...destination.retention, ...wanted };
      return { ...limited, retention, pinned: [...new Set([...pinned, ...pin])] };
    }),
  }));
  const saved = destinations.find((destination) => destination.id === id);
  if (saved === undefined) throw new AppError('destination.unknown', { name: input.name, known: '' });
  const { keepAll, keepDaily, keepWeekly, keepMonthly } = saved.retention ?? defaultRetention;
  await context.home.audit.append('destination.set', {
    destination: saved.name,
    keepAll,
    keepDaily,
    keepWeekly,
    keepMonthly,
    pinned: saved.pinned?.length ?? 0,
    ...(saved.maxBytesPerSecond === undefined ? {} : { maxBytesPerSecond: saved.maxBytesPerSecond }),
    ...(lockDays === undefined ? {} : { lockDays }),
  });
  context.onCatalogChanged();
  return { destination: viewOfDestination(saved), ...(steps === null ? {} : { steps }) };
}

/** On a test file of the bucket. Errors: `usage.bad-argument` for a disk, those of the live test with the guide to the cloud's console. */
async function proveLock(
  context: EngineContext,
  destination: SavedDestination,
  lockDays: number,
  signal: AbortSignal,
): Promise<TestStep[]> {
  if (destination.kind === 'disk')
    throw new AppError('usage.bad-argument', {
      argument: '--object-lock',
      value: destination.name,
      reason: 'not-a-bucket',
    });
  const { steps, error } = await probeCloud(context, { ...destination, lockDays }, signal);
  if (error !== null) throw error;
  return steps;
}

/** Undefined leaves the limit as it is, null takes it away. */
function withLimit(destination: SavedDestination, maxBytesPerSecond: number | null | undefined): SavedDestination {
  if (maxBytesPerSecond === undefined) return destination;
  const changed = { ...destination };
  if (maxBytesPerSecond === null) delete changed.maxBytesPerSecond;
  else changed.maxBytesPerSecond = maxBytesPerSecond;
  return changed;
}

/** Forgets the place on this computer. What is stored there stays there. */
export async function destinationRemove(
  context: EngineContext,
  input: VerbInput<'destination.remove'>,
): Promise<VerbOutput<'destination.remove'>> {
  const destination = await findDestination(context, input.name);
  await context.home.settings.update((settings) => ({
    ...settings,
    destinations: settings.destinations.filter(({ id }) => id !== destination.id),
  }));
  context.catalog.forgetDestination(destination.id);
  await context.home.audit.append('destination.remove', { destination: destination.name });
  context.onCatalogChanged();
  return { removed: destination.name };
}

function toSaved(context: EngineContext, input: DestinationInput, found: CloudFindings): SavedDestination {
  const id = newId();
  const shared = { id, name: input.name, place: input.place, addedAt: isoUtc(context.clock.nowMs()) };
  if (input.kind === 'disk') {
    const { role, cold } = input;
    return { ...shared, kind: 'disk', role, path: resolve(input.path), ...(cold === undefined ? {} : { cold }) };
  }
  const { provider, bucket, region, endpoint, prefix, customDomain, lockDays } = input;
  return {
    ...shared,
    kind: 's3',
    role: 'cloud',
    provider,
    bucket,
    region,
    endpoint,
    prefix,
    ...(customDomain == null ? {} : { customDomain }),
    ...(lockDays == null ? {} : { lockDays }),
    found,
    sealedKeys: sealCloudKeys(context.unlocked().keys, id, input),
  };
}
