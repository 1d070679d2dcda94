import { AppError } from '../../../../shared/errors/app-error.ts';
import type { BrokenLog } from '../../../../shared/model/stream.ts';
import type { VerbInput, VerbOutput } from '../../../../shared/ipc/engine-verbs.ts';
import { verifyCopy, type VerifyReport } from '../../check/verify-copy.ts';
import { ChunkPool } from '../../chunk-pool/chunk-pool.ts';
import { manifestName, parseManifestName, type Repository } from '../../repository/index.ts';
import { writeEvidence } from '../copy-evidence.ts';
import type { EngineContext, Run } from '../engine-context.ts';
import { withDamageSeen } from '../damage-seen.ts';
import { feedCopies, snapshotsOf, type FedCopy } from '../feed-copies.ts';
import type { SavedDestination } from '../home/settings-file.ts';
import { ownHeader } from '../keys/own-header.ts';
import { bringOwedHeader } from '../keys/publish-header.ts';
import { newestOfEachShop } from '../newest-of-each-shop.ts';
import { ProofNotes } from '../proof-notes.ts';
import { withWriterLease } from '../repository-lease.ts';
import { withRepository, withRepositoryToMend } from '../stores.ts';
import { forgetPruned, snapshotsKnownAt, snapshotsKnownElsewhere } from './known-snapshots.ts';
import { findDestination } from './lookup.ts';
import { readTimeline } from './refresh-catalog.ts';

/**
 * Copies what the targets lack, all of them at once, newest snapshot first. With one target its error is the verb's; of several, one that fails is
 * named in `copies`. What `from` has damaged is taken from another copy and named in `findings`.
 */
export async function copyRun(
  context: EngineContext,
  input: VerbInput<'copy.run'>,
  run: Run,
): Promise<VerbOutput<'copy.run'>> {
  const startedMs = context.clock.monotonicMs();
  const wanted = [...new Set(typeof input.to === 'string' ? [input.to] : input.to)];
  const [from, ...to] = await Promise.all([input.from, ...wanted].map((name) => findDestination(context, name)));
  if (from === undefined || to.some(({ id }) => id === from.id))
    throw new AppError('usage.bad-argument', { argument: 'to', value: input.from });
  const { destinations } = await context.home.settings.read();
  const isNamed = new Set([from, ...to].map(({ id }) => id));
  const { copies, findings } = await feedCopies(
    context,
    {
      from,
      to,
      spares: destinations.filter(({ id }) => !isNamed.has(id)),
      // A person who copies from a disk has not asked for anything to be written to it.
      heals: false,
      choose: (repository) => choose(context, repository, input.snapshot, run.signal),
      asksForAll: input.snapshot === 'all',
      maxBytesPerSecond: input.maxBytesPerSecond ?? null,
    },
    run,
  );
  context.onCatalogChanged();
  const [first] = copies.flatMap(({ error }) => error ?? []);
  if (first !== undefined && copies.every(({ error }) => error !== null)) throw withDamageSeen(first, findings);
  const sum = (figure: 'objectsCopied' | 'bytesCopied' | 'objectsSkipped') =>
    copies.reduce((total, { report }) => total + (report?.[figure] ?? 0), 0);
  return {
    snapshots: snapshotsOf(copies),
    objectsCopied: sum('objectsCopied'),
    bytesCopied: sum('bytesCopied'),
    objectsSkipped: sum('objectsSkipped'),
    copies: copies.map(outcomeOf),
    findings: findings.map(({ source, ...finding }) => ({ destination: source, ...finding })),
    durationMs: Math.round(context.clock.monotonicMs() - startedMs),
  };
}

/** One copy as the results of a backup and of a copying name it. */
export function outcomeOf({ destination, report, leftOut, error }: FedCopy): VerbOutput<'copy.run'>['copies'][number] {
  return {
    destination: destination.name,
    ok: error === null,
    objectsCopied: report?.objectsCopied ?? 0,
    bytesCopied: report?.bytesCopied ?? 0,
    errorCode: error?.code ?? null,
    ...(leftOut === 0 ? {} : { leftOut }),
    ...(error === null ? {} : { facts: error.facts }),
  };
}

/** `all`, `latest` (the newest of every shop), or a snapshot's id or its unique beginning. Newest first: that is what protects today. */
async function choose(
  context: EngineContext,
  repository: Repository,
  reference: string,
  signal: AbortSignal,
): Promise<string[]> {
  const latestFirst = (await repository.listManifests(signal)).reverse();
  if (reference === 'all') return latestFirst;
  if (reference === 'latest') return newestOfEachShop(context, repository, latestFirst, signal);
  const found = latestFirst.filter((name) => parseManifestName(name)?.id.startsWith(reference) === true);
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

/** `readFirst`: objects to read on top of the share. */
export async function verifyOne(
  context: EngineContext,
  destination: SavedDestination,
  repository: Repository,
  healFrom: Repository | null,
  readPercent: number,
  run: Run,
  readFirst: ReadonlySet<string> = new Set(),
): Promise<VerbOutput<'verify.run'>> {
  const startedMs = context.clock.monotonicMs();
  await bringOwedHeader(context, destination, repository, run.signal);
  const pool = new ChunkPool(repository.keys);
  const suspects = context.catalog.damage(destination.id);
  const notes = new ProofNotes(context.catalog.inventory);
  const told = new Set<string>();
  // Asked before the listing: what another process adds meanwhile must not look as if it had gone.
  const known = snapshotsKnownAt(context.catalog, destination.id);
  const elsewhere = snapshotsKnownElsewhere(context.catalog, destination.id);
  const knownDeeds = context.catalog.deeds.at(destination.id);
  const knownLogs = context.catalog.inventory.names(destination.id, 'streams/');
  try {
    const report = await verifyCopy({
      repository,
      pool,
      readPercent,
      provenAt: context.catalog.inventory.eachProof(destination.id),
      suspects,
      readFirst,
      known,
      elsewhere,
      knownDeeds,
      knownLogs,
      healFrom,
      underLease: (write) => withWriterLease(repository, `heal ${destination.name}`, context, run.signal, write),
      concurrency: 4,
      onProven: (object) => notes.add(destination.id, object),
      // At once: a person who stops this, or a kill, must not make it forgotten.
      onBroken: (object) => {
        told.add(object);
        context.catalog.recordDamage(destination.id, [object]);
      },
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
    notes.flush();
    await readTimeline(context, destination, repository, run.signal);
    await writeDown(context, destination, report, suspects.union(told));
    const { objects, read, bytesRead, damaged, missing, healed, gone, deeds, unexplained, snapshots } = report;
    const brokenLogs = namedLogs(context, report.brokenLogs);
    await context.home.audit.append('verify', {
      destination: destination.name,
      objects,
      read,
      damaged: damaged.length,
      missing: missing.length,
      healed: healed.length,
      ...(gone.length === 0 ? {} : { gone: gone.length }),
    });
    context.onCatalogChanged();
    return {
      objects,
      read,
      bytesRead,
      damaged: [...damaged],
      missing: [...missing],
      healed: [...healed],
      gone: gone.map(({ manifest }) => manifest.id),
      snapshots: snapshots.length,
      ...(unexplained.length === 0 ? {} : { unexplained: [...unexplained] }),
      ...(deeds.unknown === 0 ? {} : { unknownDeeds: deeds.unknown }),
      ...(brokenLogs.length === 0 ? {} : { brokenLogs }),
      durationMs: Math.round(context.clock.monotonicMs() - startedMs),
    };
  } finally {
    notes.flush();
    await pool.close();
  }
}

/** With the shop's name in place of its id, where this computer knows it. */
export function namedLogs({ catalog }: EngineContext, logs: readonly BrokenLog[]): BrokenLog[] {
  if (logs.length === 0) return [];
  const names = new Map(catalog.snapshots(null).map(({ manifest: { source } }) => [source.id, source.name]));
  return logs.map((log) => ({ ...log, source: names.get(log.source) ?? log.source }));
}

/** Puts a verification into the catalog, and what it proves or disproves into the audit log. */
async function writeDown(
  { catalog, home }: EngineContext,
  destination: SavedDestination,
  { damaged, missing, healed, gone, deeds, snapshots }: VerifyReport,
  suspects: ReadonlySet<string>,
): Promise<void> {
  const { id, name } = destination;
  const found = new Set([...damaged.map(({ object }) => object), ...missing]);
  catalog.recordMended(
    id,
    [...suspects].filter((object) => !found.has(object)),
  );
  catalog.recordDamage(id, [...found]);
  forgetPruned(catalog, id, gone);
  catalog.deeds.forget(id, deeds.merged);
  const healedNames = new Set(healed);
  const unreadable = [...found].flatMap((object) => parseManifestName(object)?.id ?? []);
  const broken = [...unreadable, ...snapshots.filter(({ intact }) => !intact).map(({ manifest }) => manifest.id)];
  const sound = snapshots.filter(({ intact }) => intact);
  catalog.atOnce(() => {
    for (const snapshot of broken) catalog.recordCopy(snapshot, id, 'listed', false);
    for (const { manifest, isReadWhole } of sound) {
      catalog.recordCopy(manifest.id, id, isReadWhole ? 'read-back' : 'listed', true);
      // Every object that was known to be damaged has been read again, or only its manifest was not there.
      if (suspects.size > 0 || healedNames.has(manifestName(manifest.at, manifest.id)))
        catalog.recordRepaired(manifest.id, id);
    }
  });
  const proven = sound.flatMap(({ manifest, isReadWhole }) => (isReadWhole ? [manifest.id] : []));
  await writeEvidence(home.audit, { action: 'copy.damaged' }, name, broken);
  await writeEvidence(home.audit, { action: 'copy.proven', state: 'read-back' }, name, proven);
}
