import { AppError } from '../../../../shared/errors/app-error.ts';
import type { VerbInput, VerbOutput } from '../../../../shared/ipc/engine-verbs.ts';
import type { Manifest } from '../../../../shared/model/snapshot.ts';
import type { StreamEvent, StreamEventKind } from '../../../../shared/model/stream.ts';
import type { Repository } from '../../repository/index.ts';
import { isOwnTrace } from '../../restore/own-traces.ts';
import { eventId, readStream, type Stretch } from '../../stream/index.ts';
import type { EngineContext, Run } from '../engine-context.ts';
import type { SavedSource } from '../home/settings-file.ts';
import { nearestFirst } from '../nearness.ts';
import { withRepository } from '../stores.ts';
import { findSource } from '../verbs/lookup.ts';
import { ensureCatalogBuilt } from '../verbs/refresh-catalog.ts';
import { watchOf } from '../watch-copy.ts';

type Output = VerbOutput<'events.list'>;
type Listed = Output['events'][number];

/** A deletion or change of this much of a table is no day's work. */
const largeShare = 0.1;
/** Of money and cards already so many rows at once are worth a look. */
const manyPrecious = 20;
const many = 1000;
const takesAway: ReadonlySet<StreamEventKind> = new Set([
  'drop-database',
  'drop-table',
  'truncate',
  'alter-drop',
  'rename-table',
  'delete-statement',
  'update-statement',
  'incident',
]);

/**
 * What happened in a shop's log that a person may look for, out of the index alone: nothing is read that is sealed. Mass reads leave no trace in a
 * log. From the nearest copy that opens and has any. Errors: `source.unknown`, `stream.none` {source}, those of the copies when none opens.
 */
export async function eventsList(context: EngineContext, input: VerbInput<'events.list'>, run: Run): Promise<Output> {
  await ensureCatalogBuilt(context, run.signal);
  const source = await findSource(context, input.source);
  const { destination, stretches } = await nearestStream(context, source, run.signal);
  const judge = new Judge(context, source);
  const events = stretches
    .flatMap(({ records }) => records.flatMap(({ record }) => record.notable))
    .filter(({ tables }) => tables.length === 0 || !tables.every(isOwnTrace))
    .filter((event) => isWanted(event, input))
    .map((event) => judge.listed(event))
    .filter((event) => !input.destructive || judge.isDestructive(event))
    .sort((a, b) => a.at.localeCompare(b.at) || a.position.position - b.position.position);
  return {
    events,
    stretches: stretches.map(placesOf),
    gaps: stretches.flatMap(({ gap }) => (gap === null ? [] : [gap])),
    destination,
  };
}

/** Of the copies that can be opened, the nearest that has records of this source. */
export async function nearestStream(
  context: EngineContext,
  source: SavedSource,
  signal: AbortSignal,
): Promise<{ readonly destination: string; readonly stretches: readonly Stretch[] }> {
  const { destinations } = await context.home.settings.read();
  let failure: unknown = new AppError('stream.none', { source: source.name });
  for (const destination of nearestFirst(destinations)) {
    try {
      const read = (repository: Repository) => readStream(repository, source.id, signal, context.catalog.streamRecords);
      const watch = watchOf(context, destination);
      const stretches = await withRepository(context.unlocked().keys, destination, signal, read, { watch });
      if (stretches.length > 0) return { destination: destination.name, stretches };
    } catch (error) {
      signal.throwIfAborted();
      failure = error;
    }
  }
  throw failure;
}

class Judge {
  readonly #snapshots: readonly Manifest[];
  readonly #precious: ReadonlySet<string>;

  constructor(context: EngineContext, { name, secretColumns, ledgers }: SavedSource) {
    this.#snapshots = context.catalog.snapshots(name).map(({ manifest }) => manifest);
    const secret = secretColumns.map((column) => column.toLowerCase().split('.').slice(0, -1).at(-1) ?? '');
    this.#precious = new Set([...secret, ...ledgers.map(({ table }) => table.toLowerCase().split('.').at(-1) ?? '')]);
  }

  listed(event: StreamEvent): Listed {
    const before = this.#before(event.at);
    const changed = event.tables.reduce((sum, { updated, deleted }) => sum + updated + deleted, 0);
    const held = before === null ? null : rowsOf(before, event);
    const isWhole = ['drop-database', 'drop-table', 'truncate'].includes(event.kind);
    const rows = isWhole ? held : event.kind.startsWith('mass-') ? changed : null;
    return {
      id: eventId(event),
      at: event.at,
      kind: event.kind,
      tables: event.tables.map(({ database, table }) => `${database}.${table}`),
      rows,
      share: rows === null || held === null || held === 0 ? null : Math.min(1, rows / held),
      statement: event.statement,
      threadId: event.threadId,
      position: { file: event.file, position: event.from },
      gtid: event.gtid,
    };
  }

  isDestructive({ kind, rows, share, tables }: Listed): boolean {
    if (takesAway.has(kind)) return true;
    if (kind !== 'mass-delete' && kind !== 'mass-update') return false;
    const isPrecious = tables.some((name) => this.#precious.has(name.toLowerCase().split('.').at(-1) ?? ''));
    return (share ?? 0) >= largeShare || (rows ?? 0) >= (isPrecious ? manyPrecious : many);
  }

  /** The newest snapshot that is not younger than the event. */
  #before(at: string): Manifest | null {
    return this.#snapshots.filter((manifest) => manifest.at <= at).sort((a, b) => b.at.localeCompare(a.at))[0] ?? null;
  }
}

/** Rows that the snapshot had of the tables that the event names; null when it had none of them. */
function rowsOf({ tables }: Manifest, event: StreamEvent): number | null {
  const isNamed = (database: string, name: string) =>
    event.tables.some((each) => each.database === database && (each.table === '*' || each.table === name));
  const found = tables.filter(({ database, name }) => isNamed(database, name));
  return found.length === 0 ? null : found.reduce((sum, { rows }) => sum + rows, 0);
}

function isWanted({ at, tables }: StreamEvent, { since, until, table }: VerbInput<'events.list'>): boolean {
  if (since !== null && at < since) return false;
  if (until !== null && at > until) return false;
  if (table === null) return true;
  const wanted = table.toLowerCase();
  return tables.some((each) => {
    const name = each.table.toLowerCase();
    return name === wanted || `${each.database.toLowerCase()}.${name}` === wanted;
  });
}

function placesOf({ records }: Stretch): Output['stretches'][number] {
  const first = records[0]?.record;
  const last = records.at(-1)?.record;
  if (first === undefined || last === undefined) throw new RangeError('a stretch without records');
  return {
    from: { file: first.file, position: first.from },
    to: { file: last.file, position: last.to },
    fromAt: records.find(({ record }) => record.firstCommitAt !== null)?.record.firstCommitAt ?? null,
    toAt: records.findLast(({ record }) => record.lastCommitAt !== null)?.record.lastCommitAt ?? null,
  };
}
