import { AppError } from '../../../../shared/errors/app-error.ts';
import type { VerbOutput } from '../../../../shared/ipc/engine-verbs.ts';
import { parseStreamName, type PrunableLogs, type PrunableSnapshot } from '../../repository/index.ts';
import {
  parseStreamRecord,
  spentLog,
  withoutContent,
  type StayingSnapshot,
  type StoredStreamRecord,
} from '../../stream/index.ts';
import type { EngineContext } from '../engine-context.ts';
import type { SnapshotDigest } from './shrunk-sources.ts';

type LogReport = NonNullable<VerbOutput<'prune.run'>['logs']>[number];
type Kept = LogReport['because'];

/** Of one source. More were never merged: their shop's log is trimmed when it has been followed by a version that merges. */
const mostRecords = 100_000;

interface FoundLog {
  readonly records: StoredStreamRecord[];
  /** Nobody can say what can go. */
  trouble: 'unreadable' | 'not-merged' | null;
}

/**
 * Decides which of the stored logs goes at one place: what lies before the oldest snapshot that stands in it. A snapshot that any place has counts, since a restore
 * takes the snapshot from the one and the log from the other.
 */
export class SpentLogs implements PrunableLogs<SnapshotDigest> {
  readonly #context: Pick<EngineContext, 'catalog'>;
  readonly #destinationId: string;
  readonly #logs = new Map<string, FoundLog>();
  readonly #because = new Map<string, Kept>();

  /** @param destinationId the place that is tidied up */
  constructor(context: Pick<EngineContext, 'catalog'>, destinationId: string) {
    this.#context = context;
    this.#destinationId = destinationId;
  }

  note = (name: string, payload: Uint8Array): void => {
    const sourceId = parseStreamName(name)?.sourceId;
    if (sourceId === undefined) return;
    const log = this.#logs.get(sourceId) ?? { records: [], trouble: null };
    this.#logs.set(sourceId, log);
    if (log.trouble !== null) return;
    try {
      log.records.push(withoutContent(parseStreamRecord(name, payload)));
      if (log.records.length > mostRecords) log.trouble = 'not-merged';
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      log.trouble = 'unreadable';
    }
    if (log.trouble !== null) log.records.length = 0;
  };

  choose = (staying: readonly PrunableSnapshot<SnapshotDigest>[]): ReadonlySet<string> => {
    const going = new Set<string>();
    for (const [sourceId, { records, trouble }] of this.#logs) {
      if (trouble !== null) {
        this.#because.set(sourceId, trouble);
        continue;
      }
      try {
        const { names, because } = spentLog(records, this.#standing(sourceId, staying));
        this.#because.set(sourceId, because);
        for (const name of names) going.add(name);
      } catch (error) {
        // A merged record that contradicts what it claims: which of them is true a person has to look into.
        if (!(error instanceof AppError)) throw error;
        this.#because.set(sourceId, 'unreadable');
      }
    }
    return going;
  };

  reportOf(removed: ReadonlySet<string>, staying: readonly PrunableSnapshot<SnapshotDigest>[]): LogReport[] {
    return [...this.#because].map(([sourceId, because]) => ({
      source: staying.find((each) => each.sourceId === sourceId)?.digest.source ?? sourceId,
      records: [...removed].filter((name) => parseStreamName(name)?.sourceId === sourceId).length,
      because,
    }));
  }

  #standing(sourceId: string, staying: readonly PrunableSnapshot<SnapshotDigest>[]): StayingSnapshot[] {
    const here = staying.filter((each) => each.sourceId === sourceId).map(({ digest }) => digest.standing);
    const { catalog } = this.#context;
    const isElsewhere = (id: string) =>
      catalog.copies(id).some(({ destinationId }) => destinationId !== this.#destinationId);
    const elsewhere = catalog
      .snapshots(null)
      .filter(({ manifest }) => manifest.source.id === sourceId && isElsewhere(manifest.id))
      .map(({ manifest }) => ({ coordinate: manifest.coordinate, isExact: manifest.lock.coordinateExact === true }));
    return [...here, ...elsewhere];
  }
}
