import { afterAll, beforeAll, expect, it } from 'vitest';
import { fc, seed } from '../platform/testing/seeded.ts';
import type { TableRecord } from '../../../shared/model/database.ts';
import type { Manifest } from '../../../shared/model/snapshot.ts';
import type { Repository } from '../repository/index.ts';
import { aKeyring } from '../repository/testing/keys.ts';
import type { MysqlConnection } from '../source/mysql/index.ts';
import { aSnapshot, never, startSource, type SourceServer } from '../source/mysql/testing/source-server.ts';
import type { BackupResult } from './run-backup.ts';
import { aLedger, aRepository } from './testing/a-capture.ts';
import { backUpAndClose } from './testing/a-run.ts';

/**
 * Ranges tile the key space whatever the keys are, night after night, while rows come and go at the very borders. Writers only move
 * rows to other keys, one statement each: at every instant each serial number is there exactly once, so the count, the sum and
 * the sum of squares of what was captured say whether a row was missed or read twice.
 */
const rows = 3000;

let source: SourceServer;
beforeAll(async () => {
  source = await startSource();
  await source.run('CREATE DATABASE shop');
});
afterAll(() => source.stop());

interface Keys {
  readonly type: string;
  /** SQL literals, all different. */
  readonly all: readonly string[];
  /** Where a row may go from its key and come back: nobody else is there. */
  readonly beside: (key: string) => readonly string[];
}

const numbers = (all: readonly bigint[]): Keys => ({
  type: 'bigint',
  all: all.map(String),
  beside: (key) => [String(BigInt(key) + 1n), String(BigInt(key) - 1n)],
});

function sampled(arbitrary: fc.Arbitrary<bigint>): bigint[] {
  const found = new Set<bigint>();
  for (const each of fc.sample(fc.noBias(arbitrary), { seed, numRuns: rows * 2 })) found.add(each * 4n);
  return [...found].slice(0, rows);
}

const distributions: readonly [string, () => Keys][] = [
  ['dense', () => numbers(Array.from({ length: rows }, (_, n) => BigInt(n) * 4n))],
  ['ever wider apart', () => numbers(Array.from({ length: rows }, (_, n) => BigInt(n) ** 5n * 4n))],
  [
    'in clusters on both sides of zero',
    () => numbers(Array.from({ length: rows }, (_, n) => BigInt((n % 5) - 2) * 10n ** 15n + BigInt(n) * 4n)),
  ],
  ['at random over everything', () => numbers(sampled(fc.bigInt({ min: -(2n ** 60n), max: 2n ** 60n })))],
  ['at random and close', () => numbers(sampled(fc.bigInt({ min: 0n, max: 20_000n })))],
  [
    'texts',
    () => {
      const text = fc.stringMatching(/^[a-zA-Z0-9]{8}$/);
      const byName = new Map(fc.sample(text, { seed, numRuns: rows * 2 }).map((each) => [each.toLowerCase(), each]));
      return {
        type: 'varchar(20) COLLATE utf8mb4_unicode_ci',
        all: [...byName.values()].slice(0, rows).map((each) => `'${each}'`),
        beside: (key) => [`'${key.slice(1, -1)}!'`, `'${key.slice(1, -2)}'`],
      };
    },
  ],
];

it.each(distributions)(`ranges over keys that are %s tile the table (SHOUHU_SEED=${seed})`, async (_, makeKeys) => {
  const keys = makeKeys();
  await fill(keys);
  const { repository } = await aRepository(await aKeyring());

  const first = await aNight(repository, null);
  const firstBorders = bordersOf(await recordOf(repository, first.manifest), keys);
  expect(firstBorders.length).toBeGreaterThanOrEqual(2);
  let stop = startMovers(firstBorders, keys);
  const second = await aNight(repository, first.manifest).finally(() => stop());
  stop = startMovers(bordersOf(await recordOf(repository, second.manifest), keys), keys);
  const third = await aNight(repository, second.manifest).finally(() => stop());
  const fourth = await aNight(repository, third.manifest);
  const still = await aNight(repository, fourth.manifest);

  const whole = figuresOf(Array.from({ length: keys.all.length }, (__, n) => n + 1));
  for (const night of [first, second, third, fourth, still]) {
    expect(figures(night)).toEqual(whole);
    expect(night.manifest.checks.filter(({ ok }) => !ok)).toEqual([]);
  }
  expect(still.manifest.read.rangesReused).toBe(still.manifest.read.rangesTotal);

  // A whole range with both its borders goes, and rows come in front of the first and behind the last.
  const record = await recordOf(repository, still.manifest);
  const [from, to] = bordersOf(record, keys);
  await source.run(
    `DELETE FROM shop.tiles WHERE k BETWEEN ${from ?? ''} AND ${to ?? ''}`,
    `INSERT INTO shop.tiles VALUES (${keys.type === 'bigint' ? '-9223372036854775808' : "''"}, 100001, 100001 * 100001, 'first')`,
    `INSERT INTO shop.tiles VALUES (${keys.type === 'bigint' ? '9223372036854775807' : "'zzzzzzzzzzzz'"}, 100002, 100002 * 100002, 'last')`,
  );
  const left = await source.admin.query('SELECT serial FROM shop.tiles');
  const last = await aNight(repository, still.manifest);
  expect(left.length).toBeLessThan(keys.all.length);
  expect(figures(last)).toEqual(figuresOf(left.map((row) => Number(row.get('serial')))));
});

/** About 5 MB: enough for a border every megabyte or two. */
async function fill({ type, all }: Keys): Promise<void> {
  await source.run(
    `CREATE OR REPLACE TABLE shop.tiles (k ${type} PRIMARY KEY, serial bigint, square bigint, body varchar(2000))`,
  );
  for (let at = 0; at < all.length; at += 500) {
    const values = all.slice(at, at + 500).map((key, n) => {
      const serial = at + n + 1;
      return `(${key}, ${serial}, ${serial ** 2}, REPEAT('x', 1800))`;
    });
    await source.run(`INSERT INTO shop.tiles VALUES ${values.join(', ')}`);
  }
}

async function aNight(repository: Repository, previous: Manifest | null): Promise<BackupResult> {
  const snapshot = await aSnapshot(source.target, { databases: ['shop'], readers: 3 });
  return backUpAndClose(snapshot, repository, {
    ledgers: ['serial', 'square'].map((name) => aLedger({ name, table: 'tiles', amountColumn: name })),
    previous,
    readers: 3,
  });
}

async function recordOf(repository: Repository, { tables }: Manifest): Promise<TableRecord> {
  return repository.getTableRecord(tables[0]?.tableChunk ?? '', never);
}

/** The keys of the rows that stand at a border, as literals. */
function bordersOf({ ranges }: TableRecord, { type }: Keys): string[] {
  return ranges.flatMap(({ lower }) => {
    const text = lower === null ? null : Buffer.from(lower[0] ?? '', 'base64').toString();
    return text === null ? [] : [type === 'bigint' ? text : `'${text}'`];
  });
}

/** Moves the rows at each border to and fro across it until told to stop; then every row is back at its own key. */
function startMovers(borders: readonly string[], { all, beside }: Keys): () => Promise<void> {
  let isStopped = false;
  // A border may be the key of a row that was away from home just then.
  const homes = new Map(all.flatMap((home) => [home, ...beside(home)].map((place) => [place, home])));
  const movers = [...new Set(borders.flatMap((border) => homes.get(border) ?? []))].map(async (home) => {
    const connection = await source.openAdmin();
    while (!isStopped) {
      let at = home;
      for (const next of [...beside(home), home]) {
        await move(connection, at, next);
        at = next;
      }
    }
    connection.close();
  });
  const ended = Promise.all(movers);
  // Heard when they are stopped.
  ended.catch(() => undefined);
  return async () => {
    isStopped = true;
    await ended;
  };
}

async function move(connection: MysqlConnection, from: string, to: string): Promise<void> {
  const { result } = await connection.ask(`UPDATE shop.tiles SET k = ${to} WHERE k = ${from}`);
  // A row that is not where it was would make the invariant worthless.
  if (result.affectedRows !== 1) throw new Error(`no row at ${from}`);
}

interface Figures {
  readonly rows: number;
  readonly sum: bigint;
  readonly squares: bigint;
}

function figures({ manifest: { tables, ledgers } }: BackupResult): Figures {
  const sumOf = (name: string) => BigInt(ledgers.find((ledger) => ledger.name === name)?.sum ?? '-1');
  return { rows: tables[0]?.rows ?? -1, sum: sumOf('serial'), squares: sumOf('square') };
}

function figuresOf(serials: readonly number[]): Figures {
  return {
    rows: serials.length,
    sum: serials.reduce((sum, each) => sum + BigInt(each), 0n),
    squares: serials.reduce((sum, each) => sum + BigInt(each) ** 2n, 0n),
  };
}
