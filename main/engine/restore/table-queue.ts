import type { RangeChunk, TableRecord } from '../../../shared/model/database.ts';

/** One chunk on its way into a table. `rowsBefore` counts the table's rows in earlier chunks. */
export interface ChunkTask {
  readonly table: TableLoad;
  readonly chunk: RangeChunk;
  readonly rowsBefore: number;
}

export interface TableLoad {
  readonly record: TableRecord;
  /** Name of the database on the target. */
  readonly database: string;
  /** Digests that small groups keep inside their seal, by sealed object, as the chunks are loaded. */
  readonly sealedDigests: Map<string, string>;
}

interface Lane {
  readonly table: TableLoad;
  readonly tasks: ChunkTask[];
  active: number;
}

/**
 * Deals chunks out to loading connections: an idle connection takes the next chunk, in key order, of the table with the most left
 * that nobody is loading; two connections share a table only when no other is waiting.
 */
export class TableQueue {
  readonly #lanes: Lane[];

  constructor(tables: readonly TableLoad[]) {
    this.#lanes = tables.map((table) => ({ table, tasks: tasksOf(table), active: 0 }));
  }

  next(): ChunkTask | undefined {
    const waiting = this.#lanes.filter((lane) => lane.tasks.length > 0);
    const lane = waiting.sort((a, b) => a.active - b.active || b.tasks.length - a.tasks.length)[0];
    if (lane === undefined) return undefined;
    lane.active += 1;
    return lane.tasks.shift();
  }

  /** Returns true when the task was its table's last. */
  done(task: ChunkTask): boolean {
    const lane = this.#lanes.find(({ table }) => table === task.table);
    if (lane === undefined) return false;
    lane.active -= 1;
    return lane.active === 0 && lane.tasks.length === 0;
  }
}

/** Its chunks in key order. */
export function tasksOf(table: TableLoad): ChunkTask[] {
  let rowsBefore = 0;
  return table.record.ranges
    .flatMap(({ chunks }) => chunks)
    .map((chunk) => {
      const task = { table, chunk, rowsBefore };
      rowsBefore += chunk.rows;
      return task;
    });
}
