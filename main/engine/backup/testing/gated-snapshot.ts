import type { TableSchema } from '../../../../shared/model/database.ts';
import type { BatchSizes, KeyRange, MysqlSnapshot, RawBatch } from '../../source/mysql/index.ts';

/** What happens at fixed places of a run. Each is called as often as the run gets there, and the run goes on when it has settled. */
export interface Gates {
  /** A table has been read, and nothing of it is read any more. */
  readonly onDone?: (table: string) => void;
  /** Before anything of a range is asked. */
  readonly beforeRange?: (table: string) => Promise<void>;
  /** Rows of a range are in our hands and the server wants to send more: its statement is under way. */
  readonly duringRange?: (table: string) => Promise<void>;
}

/** A real snapshot that stands still where a test wants it to. */
export function gated(snapshot: MysqlSnapshot, { onDone, beforeRange, duringRange }: Gates): MysqlSnapshot {
  const own: Pick<MysqlSnapshot, 'readRange' | 'doneWith'> = {
    async readRange(
      table: TableSchema,
      range: KeyRange,
      sizes: BatchSizes,
      onBatch: (batch: RawBatch) => Promise<void>,
      signal: AbortSignal,
    ) {
      await beforeRange?.(table.name);
      const take = async (batch: RawBatch) => {
        await duringRange?.(table.name);
        await onBatch(batch);
      };
      return snapshot.readRange(table, range, sizes, take, signal);
    },
    async doneWith(table: TableSchema) {
      await snapshot.doneWith(table);
      onDone?.(table.name);
    },
  };
  return new Proxy(snapshot, {
    get(target, name) {
      if (Object.hasOwn(own, name)) return Reflect.get(own, name) as unknown;
      const value = Reflect.get(target, name, target) as unknown;
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
}
