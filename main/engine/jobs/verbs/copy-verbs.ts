import { AppError } from '../../../../shared/errors/app-error.ts';
import type { VerbInput, VerbOutput } from '../../../../shared/ipc/engine-verbs.ts';
import { verifyCopy, type VerifyReport } from '../../check/verify-copy.ts';
import { ChunkPool } from '../../chunk-pool/chunk-pool.ts';
import { copySnapshot, parseManifestName, type Repository } from '../../repository/index.ts';
import type { EngineContext, Run } from '../engine-context.ts';
import type { SavedDestination } from '../home/settings-file.ts';
import { ownHeader } from '../keys/own-header.ts';
import { bringOwedHeader } from '../keys/publish-header.ts';
import { withWriterLease } from '../repository-lease.ts';
import { withRepository, withRepositoryToMend } from '../stores.ts';
import { findDestination } from './lookup.ts';
import { readTimeline } from './refresh-catalog.ts';

export interface CopiedSnapshots {
  readonly snapshots: string[];
  readonly objectsCopied: number;
  readonly bytesCopied: number;
  readonly objectsSkipped: number;
}

/** Copies the named snapshots (manifest names) that `to` lacks, each object checked on the way; the timeline follows. */
export async function copyBetween(
  context: EngineContext,
  from: Repository,
  to: Repository,
  destination: SavedDestination,
  manifestNames: readonly string[],
  run: Run,
): Promise<CopiedSnapshots> {
  return withWriterLease(to, `copy to ${destination.name}`, context.clock, run.signal, async (signal) => {
    await bringOwedHeader(context, destination, to, signal);
    const pool = new ChunkPool(to.keys);
    const total = { snapshots: [] as string[], objectsCopied: 0, bytesCopied: 0, objectsSkipped: 0 };
    try {
      for (const name of manifestNames) {
        const progress = await copySnapshot(from, to, name, {
          signal,
          concurrency: 4,
          verify: (_keys, id, bytes) => pool.verify({ id, bytes }, signal),
          onProgress: ({ objectsCopied, bytesCopied, objectsSkipped }) => {
            const doneItems = total.objectsCopied + total.objectsSkipped + objectsCopied + objectsSkipped;
            run.report({
              phase: 'copy',
              detail: destination.name,
              doneBytes: total.bytesCopied + bytesCopied,
              totalBytes: null,
              doneItems,
              totalItems: null,
            });
          },
        });
        total.objectsCopied += progress.objectsCopied;
        total.bytesCopied += progress.bytesCopied;
        total.objectsSkipped += progress.objectsSkipped;
        const id = parseManifestName(name)?.id;
        if (id === undefined) continue;
        total.snapshots.push(id);
        context.catalog.recordCopy(id, destination.id, 'written', true);
      }
      await readTimeline(context, destination, to, signal);
      return total;
    } finally {
      await pool.close();
    }
  });
}

export async function copyRun(
  context: EngineContext,
  input: VerbInput<'copy.run'>,
  run: Run,
): Promise<VerbOutput<'copy.run'>> {
  const startedMs = context.clock.monotonicMs();
  const { keys } = context.unlocked();
  const [from, to] = await Promise.all([findDestination(context, input.from), findDestination(context, input.to)]);
  if (from.id === to.id) throw new AppError('usage.bad-argument', { argument: 'to', value: input.to });
  const result = await withRepository(keys, from, run.signal, (source) =>
    withRepository(keys, to, run.signal, async (target) => {
      const names = await source.listManifests(run.signal);
      return copyBetween(context, source, target, to, choose(names, input.snapshot), run);
    }),
  );
  context.onCatalogChanged();
  return { ...result, durationMs: Math.round(context.clock.monotonicMs() - startedMs) };
}

/** `all`, `latest`, or a snapshot's id or its unique beginning. Oldest first. */
function choose(names: readonly string[], reference: string): string[] {
  if (reference === 'all') return [...names];
  if (reference === 'latest') return names.slice(-1);
  const found = names.filter((name) => parseManifestName(name)?.id.startsWith(reference) === true);
  if (found.length !== 1) throw new AppError('snapshot.unknown', { snapshot: reference });
  return found;
}

export async function verifyRun(
  context: EngineContext,
  input: VerbInput<'verify.run'>,
  run: Run,
): Promise<VerbOutput<'verify.run'>> {
  const { keys } = context.unlocked();
  const destination = await findDestination(context, input.destination);
  const healing = input.healFrom === null ? null : await findDestination(context, input.healFrom);
  if (healing?.id === destination.id)
    throw new AppError('usage.bad-argument', { argument: 'healFrom', value: healing.name });
  const own = { keys, header: await ownHeader(context) };
  return withRepositoryToMend(own, destination, run.signal, (repository) =>
    healing === null
      ? verifyOne(context, destination, repository, null, input.readPercent, run)
      : withRepository(keys, healing, run.signal, (sound) =>
          verifyOne(context, destination, repository, sound, input.readPercent, run),
        ),
  );
}

async function verifyOne(
  context: EngineContext,
  destination: SavedDestination,
  repository: Repository,
  healFrom: Repository | null,
  readPercent: number,
  run: Run,
): Promise<VerbOutput<'verify.run'>> {
  const startedMs = context.clock.monotonicMs();
  await bringOwedHeader(context, destination, repository, run.signal);
  const pool = new ChunkPool(repository.keys);
  const suspects = context.catalog.damage(destination.id);
  try {
    const report = await verifyCopy({
      repository,
      pool,
      readPercent,
      provenAt: context.catalog.proofs(destination.id),
      suspects,
      healFrom,
      concurrency: 4,
      onProgress: ({ doneObjects, totalObjects, bytesRead }) =>
        run.report({
          phase: 'verify',
          detail: destination.name,
          doneBytes: bytesRead,
          totalBytes: null,
          doneItems: doneObjects,
          totalItems: totalObjects,
        }),
      signal: run.signal,
    });
    await readTimeline(context, destination, repository, run.signal);
    await writeDown(context, destination, report, suspects);
    const { objects, read, bytesRead, damaged, missing, healed, snapshots } = report;
    await context.home.audit.append('verify', {
      destination: destination.name,
      objects,
      read,
      damaged: damaged.length,
      missing: missing.length,
      healed: healed.length,
    });
    context.onCatalogChanged();
    return {
      objects,
      read,
      bytesRead,
      damaged: [...damaged],
      missing: [...missing],
      healed: [...healed],
      snapshots: snapshots.length,
      durationMs: Math.round(context.clock.monotonicMs() - startedMs),
    };
  } finally {
    await pool.close();
  }
}

/** Puts a verification into the catalog, and what it proves or disproves into the audit log. */
async function writeDown(
  { catalog, home }: EngineContext,
  destination: SavedDestination,
  { proven, damaged, missing, snapshots }: VerifyReport,
  suspects: ReadonlySet<string>,
): Promise<void> {
  const { id, name } = destination;
  const found = new Set([...damaged.map(({ object }) => object), ...missing]);
  catalog.recordProofs(id, proven);
  catalog.recordMended(
    id,
    [...suspects].filter((object) => !found.has(object)),
  );
  catalog.recordDamage(id, [...found]);
  const unreadable = damaged.flatMap(({ object }) => parseManifestName(object)?.id ?? []);
  const broken = [...unreadable, ...snapshots.filter(({ intact }) => !intact).map(({ manifest }) => manifest.id)];
  for (const snapshot of broken) {
    catalog.recordCopy(snapshot, id, 'listed', false);
    await home.audit.append('copy.damaged', { destination: name, snapshot });
  }
  for (const { manifest, intact, isReadWhole } of snapshots) {
    if (!intact) continue;
    catalog.recordCopy(manifest.id, id, isReadWhole ? 'read-back' : 'listed', true);
    // Every object that was known to be damaged has been read again.
    if (suspects.size > 0) catalog.recordRepaired(manifest.id, id);
    if (isReadWhole)
      await home.audit.append('copy.proven', { destination: name, snapshot: manifest.id, state: 'read-back' });
  }
}
