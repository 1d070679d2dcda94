import type { RangeDigest, TableSchema } from '../../../../shared/model/database.ts';
import { aManifest } from '../../repository/testing/a-shop.ts';
import type {
  BatchSizes,
  KeyRange,
  MysqlSnapshot,
  OrphanedObject,
  RawBatch,
  SickObject,
  SickTable,
  TableName,
} from '../../source/mysql/index.ts';
import { encodeRows, layoutOf, type FigureDefinition } from '../../source/mysql/rows/index.ts';

export type ScriptedRow = readonly (string | null)[];

export interface ScriptedTable {
  readonly schema: TableSchema;
  rows: ScriptedRow[];
}

/**
 * A server for faults only: rows from a list, batches of a few rows, and answers that a real server gives once in a lifetime. Digests
 * and sums are computed with the row codec itself, so nothing here proves the codec: the `*.server.test.ts` do that.
 */
export class ScriptedSnapshot implements MysqlSnapshot {
  readonly server = aManifest().server;
  readonly coordinate = aManifest().coordinate;
  isCoordinateExact = true;
  readonly lock = { method: 'backup-stage', waitedMs: 1, heldMs: 2, tries: 3 } as const;
  readonly othersRunningAtStart = 0;
  /** Statements of others that run when the server is asked. */
  running = 0;
  at = '2026-11-22T14:00:00.000Z';
  readonly clockAheadMs = 0;
  unisolatedTables: { database: string; name: string }[] = [];
  unreadableTables: SickTable[] = [];
  unreadableObjects: SickObject[] = [];
  brokenViews: TableName[] = [];
  orphanedObjects: OrphanedObject[] = [];
  /** What DDL will have changed when it has been read. */
  moved: TableName[] = [];
  rowsPerBatch = 100;
  /** Calls in order, as `method table`. */
  readonly calls: string[] = [];
  /** What goes wrong: called before every answer, with the call's name. */
  onCall: (call: string) => void | Promise<void> = () => undefined;
  countOffset = 0;
  digestOf = (digest: RangeDigest): RangeDigest => digest;
  sumOf = (sum: string): string => sum;
  readonly #tables: readonly ScriptedTable[];

  constructor(tables: readonly ScriptedTable[]) {
    this.#tables = tables;
  }

  get tables(): TableSchema[] {
    return this.#tables.map(({ schema }) => schema);
  }

  get databases() {
    const names = [...new Set(this.tables.map(({ database }) => database))];
    return names.map((name) => ({
      name,
      ddl: `CREATE DATABASE \`${name}\``,
      characterSet: 'utf8mb4',
      collation: 'utf8mb4_general_ci',
      objects: [],
    }));
  }

  othersRunning(): Promise<number> {
    return Promise.resolve(this.running);
  }

  isAwaited(): Promise<boolean> {
    return Promise.resolve(false);
  }

  bytesFromServer(): number {
    return 1;
  }

  async readRange(
    table: TableSchema,
    range: KeyRange,
    _sizes: BatchSizes,
    onBatch: (batch: RawBatch) => Promise<void>,
    signal: AbortSignal,
  ): Promise<number> {
    await this.#answer('read', table, signal);
    const rows = this.#rowsIn(table, range);
    for (let at = 0; at < rows.length; at += this.rowsPerBatch) {
      await this.#answer('batch', table, signal);
      // As a real connection does, an abort rejects at once, whatever the receiver still has in its hands.
      await Promise.race([onBatch(batchOf(table, rows.slice(at, at + this.rowsPerBatch))), abortOf(signal)]);
    }
    return rows.length;
  }

  async digestRange(table: TableSchema, range: KeyRange, group: 'open' | 'sealed', signal: AbortSignal) {
    await this.#answer(`digest-${group}`, table, signal);
    const { rows, openDigest, openSum, sealedDigest, sealedSum } = encoded(table, this.#rowsIn(table, range));
    return this.digestOf(
      group === 'open'
        ? { rows, digest: openDigest, sum: openSum }
        : { rows, digest: sealedDigest ?? '', sum: sealedSum },
    );
  }

  async countRows(table: TableSchema, signal: AbortSignal): Promise<number> {
    await this.#answer('count', table, signal);
    return this.#rowsOf(table).length + this.countOffset;
  }

  estimateRows(table: TableSchema): number {
    return this.#rowsOf(table).length;
  }

  async planBounds(table: TableSchema, _parts: number, signal: AbortSignal) {
    await this.#answer('bounds', table, signal);
    return [];
  }

  async ledgerSum(definition: FigureDefinition, signal: AbortSignal, range?: KeyRange) {
    const table = this.tables.find(
      ({ database, name }) => database === definition.database && name === definition.table,
    )!;
    await this.#answer('ledger', table, signal);
    const rows = range === undefined ? this.#rowsOf(table) : this.#rowsIn(table, range);
    const { sum, ...rest } = encoded(table, rows, [definition]).ledgers[0]!;
    return { ...rest, sum: this.sumOf(sum) };
  }

  releaseTableLocks(): void {
    this.calls.push('release');
  }

  async isUnchanged({ database, name, transactional }: TableSchema): Promise<boolean> {
    await this.onCall(`schema ${name}`);
    const isIt = (each: TableName) => each.database === database && each.name === name;
    const isLocked = !transactional && !this.unisolatedTables.some(isIt);
    return isLocked || !this.moved.some(isIt);
  }

  doneWith({ name }: TableSchema): Promise<void> {
    this.calls.push(`done ${name}`);
    return Promise.resolve();
  }

  async assertStillOpen(): Promise<void> {
    await this.onCall('open');
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  async #answer(call: string, table: TableSchema, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    this.calls.push(`${call} ${table.name}`);
    await this.onCall(`${call} ${table.name}`);
    signal.throwIfAborted();
  }

  #rowsOf(table: TableSchema): ScriptedRow[] {
    return this.#tables.find(({ schema }) => schema.name === table.name && schema.database === table.database)!.rows;
  }

  #rowsIn(table: TableSchema, { lower, upper }: KeyRange): ScriptedRow[] {
    const keyOf = (bound: readonly string[]) => Number(Buffer.from(bound[0]!, 'base64').toString());
    return this.#rowsOf(table).filter(
      ([key]) => (lower === null || Number(key) >= keyOf(lower)) && (upper === null || Number(key) < keyOf(upper)),
    );
  }
}

function abortOf(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
  });
}

/** The key is the first column, a number; rows are given in its order. */
export function batchOf(table: TableSchema, rows: readonly ScriptedRow[]): RawBatch {
  const packets = rows.map((row) => {
    const packet = Buffer.concat(
      row.map((value) =>
        value === null ? Buffer.of(0xfb) : Buffer.concat([Buffer.of(Buffer.byteLength(value)), Buffer.from(value)]),
      ),
    );
    const head = Buffer.alloc(4);
    head.writeUInt32LE(packet.length);
    return Buffer.concat([head, packet]);
  });
  const bytes = new Uint8Array(Buffer.concat(packets));
  const firstKey = table.key === null ? null : [Buffer.from(rows[0]![0]!).toString('base64')];
  return { bytes, usedBytes: bytes.length, rows: rows.length, firstKey };
}

function encoded(table: TableSchema, rows: readonly ScriptedRow[], ledgers: readonly FigureDefinition[] = []) {
  const { bytes, usedBytes } = rows.length === 0 ? { bytes: new Uint8Array(), usedBytes: 0 } : batchOf(table, rows);
  return encodeRows(layoutOf(table, ledgers), bytes, usedBytes, rows.length);
}
