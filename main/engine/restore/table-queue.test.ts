import { describe, expect, it } from 'vitest';
import { fc } from '../platform/testing/seeded.ts';
import type { Range } from '../../../shared/model/database.ts';
import { aTable } from '../backup/testing/a-capture.ts';
import { TableQueue, type TableLoad } from './table-queue.ts';

describe('TableQueue', () => {
  it('deals every chunk out once, each with the rows before it, and says once when a table is done', () => {
    fc.assert(
      fc.property(
        fc.array(fc.array(fc.integer({ min: 1, max: 9 }), { maxLength: 6 }), { maxLength: 5 }),
        fc.integer({ min: 1, max: 4 }),
        (tables, lanes) => {
          const loads = tables.map((rows, index) => aLoad(`t${index}`, rows));
          const queue = new TableQueue(loads);
          const running: NonNullable<ReturnType<TableQueue['next']>>[] = [];
          const dealt = new Map(loads.map((load) => [load, [] as number[]]));
          const done: TableLoad[] = [];
          for (;;) {
            while (running.length < lanes) {
              const task = queue.next();
              if (task === undefined) break;
              running.push(task);
              const before = dealt.get(task.table)!;
              expect(task.rowsBefore).toBe(before.reduce((sum, rows) => sum + rows, 0));
              before.push(task.chunk.rows);
            }
            const ended = running.shift();
            if (ended === undefined) break;
            if (queue.done(ended)) done.push(ended.table);
          }
          expect([...dealt.values()]).toEqual(tables);
          expect(new Set(done).size).toBe(done.length);
          expect(done.length).toBe(tables.filter((rows) => rows.length > 0).length);
        },
      ),
    );
  });

  it('gives idle connections tables of their own before two share one, the longest first', () => {
    const queue = new TableQueue([aLoad('small', [1]), aLoad('large', [1, 1, 1, 1])]);
    const names = [queue.next(), queue.next(), queue.next()].map((task) => task?.table.record.schema.name);
    expect(names).toEqual(['large', 'small', 'large']);
  });

  it('is not done with a table while a chunk of it is still being loaded', () => {
    const queue = new TableQueue([aLoad('t', [1, 1])]);
    const [first, second] = [queue.next()!, queue.next()!];
    expect([queue.done(second), queue.done(first)]).toEqual([false, true]);
  });
});

function aLoad(name: string, rows: readonly number[]): TableLoad {
  const digest = '0'.repeat(32);
  const ranges = rows.map((count, index): Range => ({
    lower: index === 0 ? null : [String(index)],
    rows: count,
    digest,
    sum: null,
    sealedDigest: null,
    sealedSum: null,
    chunks: [{ id: 'a'.repeat(64), sealedId: null, rows: count, textBytes: 1 }],
    ledgers: [],
  }));
  return { record: { schema: aTable({ name }), rows: 0, ranges }, database: 'shop', sealedDigests: new Map() };
}
