import { AppError } from '../../../shared/errors/app-error.ts';
import type { BinlogEvent } from '../source/mysql/binlog/index.ts';
import type { StoredStreamRecord, Stretch } from '../stream/index.ts';
import type { Findings } from './finding.ts';
import { LogChanges, type LogChangesOptions } from './log-changes.ts';
import { tailOf, type IsOfInterest, type LogRun, type RestorePoint } from './log-tail.ts';
import type { CommittedChanges, LogPlace } from './row-change.ts';

/** A stored log, wherever it lies and whatever opens it. */
export interface LogWitness {
  readonly stretches: readonly Stretch[];
  /** False for a record that nobody can open now: it is sealed, and the vault is closed. */
  canOpen(stored: StoredStreamRecord): boolean;
  /** Errors: those of the copies. */
  events(stored: StoredStreamRecord): AsyncIterable<BinlogEvent>;
}

export interface LogSalesRequest {
  readonly log: LogWitness;
  readonly point: RestorePoint;
  /** A transaction that the restore is to undo: nothing of it was a sale. */
  readonly undone: LogPlace | null;
  readonly tables: LogChangesOptions;
  readonly cardsTable: string;
  readonly onProgress: (doneRecords: number, totalRecords: number) => void;
  readonly signal: AbortSignal;
}

/**
 * What a stored log says of the shop's two tables after a moment, transaction by transaction, to its end. What cannot be read is a finding, and
 * the reading goes on behind it. Errors: the signal's reason.
 */
export async function* changesInLog(request: LogSalesRequest): AsyncGenerator<CommittedChanges> {
  const { log, point, tables, onProgress, signal } = request;
  const { findings, ordersTable, database } = tables;
  const names = new Set([ordersTable, request.cardsTable].map((name) => name.toLowerCase()));
  // What restores have loaded beside the shop stands in the log as well, under another database.
  const isOfInterest: IsOfInterest = (each) =>
    each.database.toLowerCase() === database.toLowerCase() && names.has(each.table.toLowerCase());
  const runs = tailOf(log.stretches, point, isOfInterest, findings);
  const sealed = new SealedRecords(isOfInterest);
  const total = runs.reduce((sum, { records }) => sum + records.length, 0);
  let done = 0;
  for (const run of runs) {
    let changes = new LogChanges(tables);
    for (const stored of run.records) {
      signal.throwIfAborted();
      if (log.canOpen(stored)) {
        try {
          for await (const event of log.events(stored)) {
            const committed = changes.take(event);
            if (committed !== null && isWanted(committed, run, request)) yield committed;
          }
        } catch (error) {
          signal.throwIfAborted();
          if (!(error instanceof RangeError || error instanceof AppError)) throw error;
          findings.add('log-unreadable', { file: stored.record.file, position: stored.record.from });
          changes = new LogChanges(tables);
        }
      } else {
        sealed.add(stored);
        changes = new LogChanges(tables);
      }
      done += 1;
      onProgress(done, total);
    }
  }
  sealed.tell(findings);
}

function isWanted({ place }: CommittedChanges, { from }: LogRun, { undone }: LogSalesRequest): boolean {
  if (undone?.file === place.file && undone.position === place.position) return false;
  return from === null || place.file !== from.file || place.position >= from.position;
}

/** Records that stay closed, and what their index says of them. */
class SealedRecords {
  readonly #isOfInterest: IsOfInterest;
  #records = 0;
  #rows = 0;
  #from: string | null = null;
  #until: string | null = null;

  constructor(isOfInterest: IsOfInterest) {
    this.#isOfInterest = isOfInterest;
  }

  add({ record }: StoredStreamRecord): void {
    this.#records += 1;
    for (const { inserted, updated, deleted } of record.tables.filter(this.#isOfInterest))
      this.#rows += inserted + updated + deleted;
    this.#from ??= record.firstCommitAt ?? record.closedAt;
    this.#until = record.lastCommitAt ?? record.closedAt;
  }

  tell(findings: Findings): void {
    if (this.#records === 0) return;
    const span = { from: this.#from ?? '', until: this.#until ?? '' };
    findings.add('log-sealed', { records: this.#records, rows: this.#rows, ...span });
  }
}
