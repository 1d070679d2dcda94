import { AppError } from '../../../../shared/errors/app-error.ts';
import type { VerbInput, VerbOutput } from '../../../../shared/ipc/engine-verbs.ts';
import { verifyCopy } from '../../check/verify-copy.ts';
import { ChunkPool } from '../../chunk-pool/chunk-pool.ts';
import { copySnapshot, parseManifestName, type Repository } from '../../repository/index.ts';
import type { EngineContext, Run } from '../engine-context.ts';
import type { SavedDestination } from '../home/settings-file.ts';
import { withWriterLease } from '../repository-lease.ts';
import { withRepository } from '../stores.ts';
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
  return withRepository(keys, destination, run.signal, (repository) =>
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
  const pool = new ChunkPool(repository.keys);
  try {
    const report = await verifyCopy({
      repository,
      pool,
      readPercent,
      provenAt: context.catalog.proofs(destination.id),
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
    context.catalog.recordProofs(destination.id, report.proven);
    await readTimeline(context, destination, repository, run.signal).catch((error: unknown) => {
      // A damaged manifest is among the findings already and cannot be read into the timeline.
      if (!(error instanceof AppError) || !error.code.startsWith('repository.')) throw error;
    });
    for (const { manifest, intact, isReadWhole } of report.snapshots) {
      const state = isReadWhole ? 'read-back' : 'listed';
      context.catalog.recordCopy(manifest.id, destination.id, state, intact);
      if (isReadWhole && intact)
        await context.home.audit.append('copy.proven', { destination: destination.name, snapshot: manifest.id, state });
    }
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
