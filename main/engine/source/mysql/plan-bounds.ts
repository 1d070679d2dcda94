import type { KeyBound, ServerFacts, TableSchema } from '../../../../shared/model/database.ts';
import { fromTable, keyColumns, orderByKey, whereRange } from './bounds.ts';
import type { MysqlConnection } from './connection.ts';
import { quoteName } from './quote.ts';
import { selectWord } from './read-range.ts';
import type { KeyRange } from './types.ts';

const integers = new Set(['tinyint', 'smallint', 'mediumint', 'int', 'bigint']);

/** A piece of the key space. `first` and `last` enclose the leading column's values, `from` is the bound to write. */
interface Segment {
  readonly from: KeyBound | null;
  readonly first: bigint;
  readonly last: bigint;
  readonly weight: number;
}

/**
 * Inner bounds that cut a table with a leading integer key column into about `parts` segments of similar weight; empty when
 * the key is of another kind or the table is too small.
 *
 * The widest segment by the optimizer's estimate is halved until there are enough, so dense ids and ids with huge gaps both end up
 * balanced. Every bound is the key of a row that exists, found by one index probe (no OFFSET). Ranges stay correct
 * whatever the estimates say: they only decide how even the work is.
 */
export async function planBounds(
  connection: MysqlConnection,
  server: ServerFacts,
  table: TableSchema,
  parts: number,
  signal: AbortSignal,
): Promise<KeyBound[]> {
  const [leading] = keyColumns(table);
  if (leading === undefined || !integers.has(leading.dataType) || parts < 2) return [];
  const ask = { database: table.database, table: table.name, signal };
  const name = quoteName(leading.name);
  const [ends] = await connection.queryBytes(
    `${selectWord(server)} MIN(${name}), MAX(${name}) FROM ${fromTable(table)}`,
    ask,
  );
  if (ends?.[0] == null || ends[1] == null) return [];
  const whole = { first: BigInt(ends[0].toString()), last: BigInt(ends[1].toString()) };
  const unsplittable = new Set<Segment>();
  let segments: Segment[] = [{ from: null, ...whole, weight: await weigh({ lower: null, upper: null }) }];

  // Each step is three short statements; a table that does not split well must not cost more than it saves.
  for (let step = 0; segments.length < parts && step < parts * 4; step += 1) {
    const candidates = segments.filter((segment) => !unsplittable.has(segment) && segment.last > segment.first);
    const heaviest = candidates.reduce<Segment | undefined>(
      (a, b) => (a === undefined || b.weight > a.weight ? b : a),
      undefined,
    );
    if (heaviest === undefined) break;
    const halves = await halve(heaviest, segments[segments.indexOf(heaviest) + 1]?.from ?? null);
    if (halves === null) unsplittable.add(heaviest);
    else segments = segments.flatMap((segment) => (segment === heaviest ? halves : [segment]));
  }
  return segments.flatMap((segment) => (segment.from === null ? [] : [segment.from]));

  /** Halves at the middle of the values; where one half turns out empty, again within the other. */
  async function halve(segment: Segment, upper: KeyBound | null): Promise<[Segment, Segment] | null> {
    let { first, last } = segment;
    while (last > first) {
      const middle = first + (last - first + 1n) / 2n;
      const found = await probe({ lower: [encode(middle)], upper });
      const value = found === null ? null : BigInt(decode(found[0]));
      if (found === null || value === null) {
        last = middle - 1n;
        continue;
      }
      const lower = { lower: segment.from, upper: found };
      const hasLeft = (await probe(lower)) !== null;
      if (!hasLeft) {
        first = value;
        if (value >= last) return null;
        continue;
      }
      return [
        { from: segment.from, first, last: middle - 1n, weight: await weigh(lower) },
        { from: found, first: value, last, weight: await weigh({ lower: found, upper }) },
      ];
    }
    return null;
  }

  /** The first key in a range, or null. */
  async function probe(range: KeyRange): Promise<KeyBound | null> {
    const list = keyColumns(table)
      .map((column) => quoteName(column.name))
      .join(', ');
    const [row] = await connection.queryBytes(
      `${selectWord(server)} ${list} FROM ${fromTable(table)}${whereRange(table, range)}${orderByKey(table)} LIMIT 1`,
      ask,
    );
    return row === undefined ? null : row.map((field) => (field ?? Buffer.alloc(0)).toString('base64'));
  }

  /** The optimizer's guess, from two dives into the index. */
  async function weigh(range: KeyRange): Promise<number> {
    const rows = await connection.query(
      `EXPLAIN SELECT ${name} FROM ${fromTable(table)}${whereRange(table, range)}`,
      ask,
    );
    return Number(rows[0]?.get('rows') ?? 0);
  }
}

function encode(value: bigint): string {
  return Buffer.from(value.toString()).toString('base64');
}

function decode(value: string | undefined): string {
  return Buffer.from(value ?? '', 'base64').toString();
}
