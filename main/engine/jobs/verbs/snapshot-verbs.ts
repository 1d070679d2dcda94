import type { VerbInput, VerbOutput } from '../../../../shared/ipc/engine-verbs.ts';
import { dateOf, newestFirst } from '../../../../shared/model/snapshot-order.ts';
import type { SnapshotCopy, SnapshotSummary } from '../../../../shared/model/snapshot.ts';
import type { CatalogSnapshot } from '../../catalog/catalog.ts';
import { isoUtc } from '../../platform/clock.ts';
import type { EngineContext, Run } from '../engine-context.ts';
import { findDestination, findSnapshot, findSource } from './lookup.ts';
import { ensureCatalogBuilt, refreshDestination } from './refresh-catalog.ts';

export async function snapshotsList(
  context: EngineContext,
  input: VerbInput<'snapshots.list'>,
  run: Run,
): Promise<VerbOutput<'snapshots.list'>> {
  await ensureCatalogBuilt(context, run.signal);
  if (input.source !== null && context.catalog.snapshots(input.source).length === 0)
    await findSource(context, input.source);
  const names = await destinationNames(context);
  if (input.atDestination === null) return { snapshots: timeline(context, input.source, names) };
  const destination = await findDestination(context, input.atDestination);
  await refreshDestination(context, destination, run.signal);
  const there = new Set(context.catalog.snapshotIdsAt(destination.id));
  return { snapshots: timeline(context, input.source, names).filter(({ id }) => there.has(id)) };
}

/** In the order in which they were taken, newest first. */
function timeline(
  context: EngineContext,
  source: string | null,
  names: ReadonlyMap<string, string>,
): SnapshotSummary[] {
  const placed = newestFirst(context.catalog.snapshots(source), ({ manifest }) => dateOf(manifest));
  return placed.map(({ snapshot, notAfterMs }) => summaryOf(context, snapshot, notAfterMs, names));
}

export async function snapshotShow(
  context: EngineContext,
  input: VerbInput<'snapshot.show'>,
  run: Run,
): Promise<VerbOutput<'snapshot.show'>> {
  await ensureCatalogBuilt(context, run.signal);
  const found = findSnapshot(context, input.snapshot, null);
  const names = await destinationNames(context);
  const { manifest } = found;
  const placed = newestFirst(context.catalog.dates(null), (dated) => dated);
  const place = placed.find((each) => each.snapshot.id === manifest.id);
  const snapshot = summaryOf(context, found, place?.notAfterMs ?? Date.parse(manifest.at), names);
  return {
    snapshot,
    tables: manifest.tables.map(({ database, name, rows, textBytes, ranges, sealed }) => ({
      database,
      name,
      rows,
      textBytes,
      ranges,
      sealed,
    })),
    ledgers: manifest.ledgers,
    copies: snapshot.copies,
    proofs: snapshot.copies.map(({ destination }) => {
      const id = [...names].find(([, name]) => name === destination)?.[0];
      return { destination, proof: id === undefined ? null : context.catalog.inventory.figures(id) };
    }),
    manifest,
  };
}

async function destinationNames(context: EngineContext): Promise<ReadonlyMap<string, string>> {
  const { destinations } = await context.home.settings.read();
  return new Map(destinations.map(({ id, name }) => [id, name]));
}

function summaryOf(
  context: EngineContext,
  { manifest, chunks }: CatalogSnapshot,
  notAfterMs: number,
  names: ReadonlyMap<string, string>,
): SnapshotSummary {
  return {
    id: manifest.id,
    source: manifest.source.name,
    at: manifest.at,
    ...(notAfterMs !== Date.parse(manifest.at) ? { notAfter: isoUtc(notAfterMs) } : {}),
    coordinate: manifest.coordinate,
    databases: manifest.databases.map(({ name }) => name),
    tables: manifest.tables.length,
    rows: manifest.tables.reduce((sum, table) => sum + table.rows, 0),
    chunks,
    bytes: manifest.tables.reduce((sum, table) => sum + table.textBytes, 0),
    ledgers: manifest.ledgers,
    checksOk: manifest.checks.every(({ ok }) => ok) && manifest.ledgers.every(({ equal }) => equal),
    copies: copiesOf(context, manifest.id, names),
  };
}

/** In the order in which a person added the destinations; `names` has it. */
function copiesOf(context: EngineContext, snapshotId: string, names: ReadonlyMap<string, string>): SnapshotCopy[] {
  const found = new Map(context.catalog.copies(snapshotId).map(({ destinationId, copy }) => [destinationId, copy]));
  return [...names].flatMap(([id, destination]) => {
    const copy = found.get(id);
    return copy === undefined ? [] : [{ destination, ...copy }];
  });
}
