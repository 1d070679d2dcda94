import { isDeepStrictEqual } from 'node:util';
import { makeFolder } from '../../platform/make-folder.ts';
import type { DatabaseRecord, SchemaObject } from '../../../../shared/model/database.ts';
import { runBackup } from '../../backup/run-backup.ts';
import { ChunkPool } from '../../chunk-pool/chunk-pool.ts';
import { createPassingKeyring, Repository } from '../../repository/index.ts';
import { CopyReader } from '../../restore/copy-reader.ts';
import { planRestore, type RestorePlan } from '../../restore/plan-restore.ts';
import { restoreIntoServer, type RestoreResult } from '../../restore/restore-into-server.ts';
import { beginSnapshot, type MysqlSnapshot, type MysqlTarget } from '../../source/mysql/index.ts';
import { definersIn, makeDefiners, missingAccounts } from '../../source/mysql/accounts/index.ts';
import type { EngineContext, Run } from '../engine-context.ts';
import { openDiskStore } from '../stores.ts';
import type { OpenRestore } from './open-restore.ts';
import { loadingFor } from './loading.ts';
import type { Moment } from './point-in-time.ts';
import { replayMoment, type Replayed } from './replay-moment.ts';
import { notKeptNotes } from './restore-notes.ts';
import { scratchBytesFor, withScratchServer, type ScratchNeeds } from './scratch-server.ts';

/** A moment as a snapshot that exists for as long as it is needed. */
export interface PicturedMoment {
  readonly plan: RestorePlan;
  readonly reader: CopyReader;
  readonly pool: ChunkPool;
  /** How the snapshot before it came back, and what was done again on that. */
  readonly restored: RestoreResult;
  readonly replayed: Replayed;
  readonly notes: readonly string[];
}

const readers = 4;
/** Everything stands still there: no lock has to be waited for. */
const lockWaitMs = 10_000;

/**
 * Puts a moment together on a server of our own, under the databases' own names, and takes a picture of it: what a file and a server under other names
 * need, which no log can be done again on. The picture is written under keys that nobody else has, and is gone with the server.
 *
 * What the log did not touch is in the picture as the shop's own server wrote it, whatever version this computer has. With the vault closed card secrets are
 * stand-ins, as in every restore. Errors: those of `withScratchServer`, `restoreIntoServer`, `replayMoment` and `runBackup`.
 */
export async function withPicturedMoment<T>(
  context: EngineContext,
  { plan, reader, pool }: OpenRestore,
  moment: Moment,
  file: ScratchNeeds['file'],
  run: Run,
  use: (pictured: PicturedMoment) => Promise<T>,
): Promise<T> {
  const { accounts, ...rest } = plan;
  const needs = { scratchBytes: scratchBytesFor(plan.totalBytes, logBytesOf(moment)), file };
  return withScratchServer(context, plan.manifest, needs, run, async ({ target, product, repositoryDir }) => {
    // An object, because the callback below sets it.
    const seen: { replayed: Replayed | null; before: readonly DatabaseRecord[] } = { replayed: null, before: [] };
    await makeDefiners(target, definersIn(plan.databases.flatMap(({ record }) => record.objects)), run.signal);
    const restored = await restoreIntoServer({
      plan: rest,
      reader,
      pool,
      target,
      renames: new Map(),
      ...loadingFor(run),
      // Nothing runs on this server, and its picture must say what the shop had.
      enableEvents: true,
      withoutBinlog: true,
      signal: run.signal,
      continueWith: async (_, session, signal) => {
        if (plan.databases.some(({ tables }) => tables.length > 0)) seen.before = await databasesOf(target, signal);
        seen.replayed = await replayMoment({
          moment,
          plan,
          target,
          renames: new Map(),
          isThrowAway: true,
          session,
          signal,
          run,
        });
      },
    });
    const { replayed, before } = seen;
    if (replayed === null) throw new Error('a moment without its log');
    const names = plan.databases.map(({ record }) => record.name);
    return withPicture(context, { target, names, plan, repositoryDir }, run, async (picture) => {
      const own = withOriginals(picture.plan, before, plan);
      return use({
        ...picture,
        plan: { ...own, isWhole: plan.isWhole, ...(accounts === undefined ? {} : { accounts }) },
        restored,
        replayed,
        notes: [`through-scratch: ${product}`, ...notKeptNotes(picture.plan)],
      });
    });
  });
}

interface Picturing {
  readonly target: MysqlTarget;
  /** Databases of the plan; those that the log has dropped are not there any more. */
  readonly names: readonly string[];
  readonly plan: RestorePlan;
  readonly repositoryDir: string;
}

async function withPicture<T>(
  context: EngineContext,
  { target, names, plan: { manifest: original, ledgers }, repositoryDir }: Picturing,
  run: Run,
  use: (picture: Pick<PicturedMoment, 'plan' | 'reader' | 'pool'>) => Promise<T>,
): Promise<T> {
  const { signal } = run;
  const { header, mainKeys } = await createPassingKeyring(context.clock);
  await makeFolder(repositoryDir);
  const store = await openDiskStore(repositoryDir);
  const pool = new ChunkPool(mainKeys);
  try {
    await Repository.create(store, header, signal);
    const repository = await Repository.open(store, mainKeys, signal);
    // Views of accounts that the log made would look broken here.
    const snapshot = await withDefiners(target, signal);
    try {
      const { manifest } = await runBackup({
        snapshot,
        repository,
        source: original.source,
        ledgers,
        secretColumns: [],
        previous: null,
        readers,
        maxBytesPerSecond: null,
        producer: original.producer,
        pool,
        clock: context.clock,
        onProgress: (_phase, detail, doneBytes) =>
          run.report({ phase: 'picture', detail, doneBytes, totalBytes: null, doneItems: 0, totalItems: null }),
        signal,
      });
      const reader = new CopyReader([{ name: 'picture', open: () => Promise.resolve(repository) }], pool, null);
      const there = manifest.databases.map(({ name }) => name).filter((name) => names.includes(name));
      return await use({
        plan: await planRestore(manifest, { databases: there, tables: [] }, reader, signal),
        reader,
        pool,
      });
    } finally {
      await snapshot.close();
    }
  } finally {
    await pool.close();
    await store.close();
  }
}

async function withDefiners(target: MysqlTarget, signal: AbortSignal): Promise<MysqlSnapshot> {
  const snapshot = await begin(target, signal);
  const missing = missingAccounts(snapshot.orphanedObjects);
  if (missing.length === 0) return snapshot;
  await snapshot.close();
  await makeDefiners(target, missing, signal);
  return begin(target, signal);
}

function begin(target: MysqlTarget, signal: AbortSignal): Promise<MysqlSnapshot> {
  return beginSnapshot(target, { readers, lockWaitMs, isSecret: () => false, signal });
}

async function databasesOf(target: MysqlTarget, signal: AbortSignal): Promise<readonly DatabaseRecord[]> {
  const snapshot = await begin(target, signal);
  const { databases } = snapshot;
  await snapshot.close();
  return databases;
}

/**
 * Views, routines, triggers and events that are now as they were before the log was done again, in the words of the server that wrote them: another version
 * spells some things otherwise, and one without the tables of time zones keeps an event in UTC.
 *
 * @param before what this server made of `original`
 */
function withOriginals(picture: RestorePlan, before: readonly DatabaseRecord[], original: RestorePlan): RestorePlan {
  const find = (objects: readonly SchemaObject[] | undefined, { kind, name }: SchemaObject) =>
    objects?.find((each) => each.kind === kind && each.name === name);
  const databases = picture.databases.map((database) => {
    const { record } = database;
    const then = before.find(({ name }) => name === record.name);
    const written = original.databases.find((each) => each.record.name === record.name);
    const objects = record.objects.map((object) => {
      const isUntouched = object.kind !== 'sequence' && isDeepStrictEqual(find(then?.objects, object), object);
      return (isUntouched ? find(written?.record.objects, object) : undefined) ?? object;
    });
    return { ...database, record: { ...record, objects } };
  });
  return { ...picture, databases };
}

function logBytesOf({ replay: { stretch, from, stop } }: Moment): number {
  return stretch.records
    .slice(from.index, stop.index + 1)
    .reduce((sum, { record }) => sum + record.to - record.from, 0);
}
