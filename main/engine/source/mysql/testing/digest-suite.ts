import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TableSchema } from '../../../../../shared/model/database.ts';
import { connectMysql } from '../connect.ts';
import { digestRange } from '../digest.ts';
import { readServerFacts } from '../server-facts.ts';
import type { MysqlSnapshot, MysqlTarget } from '../types.ts';
import { everyType } from './every-type.sql.ts';
import { referenceDigest } from './reference-digest.ts';
import { aSnapshot, never, readAll, tableNamed, whole, type SourceServer } from './source-server.ts';

const database = 'types 类型';
const isSecret = (_: string, table: string, column: string) =>
  (table === 'composite' && column === 'pin') ||
  (table === 'strings' && ['v', 'lt'].includes(column)) ||
  (table === 'keyless' && column === 'b');

/** What every server must hold to: its own digests are those of the rows it gives, for every column type it has. */
export function describeDigests(server: string, start: () => Promise<SourceServer>): void {
  describe(`digests of ${server}`, () => {
    let source: SourceServer;
    let target: MysqlTarget;
    let snapshot: MysqlSnapshot;
    beforeAll(async () => {
      source = await start();
      target = source.target;
      const admin = await connectMysql(target);
      for (const sql of everyType((await readServerFacts(admin)).flavour, database)) await admin.query(sql);
      admin.close();
      snapshot = await aSnapshot(target, { databases: [database], isSecret });
    });
    afterAll(async () => {
      await snapshot.close();
      await source.stop();
    });

    it('equal the digests of the rows that are read, for every type, both groups and sums', async () => {
      const expected: Record<string, unknown> = {};
      const actual: Record<string, unknown> = {};
      for (const table of snapshot.tables) {
        const rows = await readAll(snapshot, table);
        for (const group of ['open', 'sealed'] as const) {
          expected[`${table.name} ${group}`] = referenceDigest(table, rows, group);
          actual[`${table.name} ${group}`] = await snapshot.digestRange(table, whole, group, never);
        }
      }

      expect(actual).toEqual(expected);
      expect(Object.keys(actual).length).toBeGreaterThan(20);
    });

    it('equal for every single column, so that no type hides behind another', async () => {
      const wrong: string[] = [];
      for (const table of snapshot.tables) {
        for (const column of table.columns) {
          const narrow: TableSchema = { ...table, columns: [{ ...column, secret: false }], key: null };
          const rows = await readAll(snapshot, narrow);
          const byServer = await snapshot.digestRange(narrow, whole, 'open', never);
          const reference = referenceDigest(narrow, rows, 'open');
          if (JSON.stringify(byServer) !== JSON.stringify(reference)) wrong.push(`${table.name}.${column.name}`);
        }
      }

      expect(wrong).toEqual([]);
    });

    it('tell rows apart that XOR alone or careless separators would not', async () => {
      const admin = await connectMysql(target);
      const name = quoted('pairs');
      const digests = new Set<string>();
      const states = [
        "('a#', 'b'), ('x', 'y')",
        "('a', '#b'), ('x', 'y')",
        "('a', NULL), ('x', 'y')",
        "('a', 'N'), ('x', 'y')",
        "('a', ''), ('x', 'y')",
        "('a', 'b'), ('a', 'b')",
        "('a', 'b'), ('a', 'b'), ('c', 'd'), ('c', 'd')",
        "('1:a', '1:b'), ('x', 'y')",
      ];
      for (const state of states) {
        await admin.query(`DROP TABLE IF EXISTS ${name}`);
        await admin.query(`CREATE TABLE ${name} (a varchar(10), b varchar(10)) ENGINE=InnoDB`);
        await admin.query(`INSERT INTO ${name} VALUES ${state}`);
        const now = await aSnapshot(target, { databases: [database] });
        const { rows, digest, sum } = await now.digestRange(tableNamed(now, 'pairs'), whole, 'open', never);
        digests.add(`${rows} ${digest} ${sum ?? ''}`);
        await now.close();
      }
      await admin.query(`DROP TABLE ${name}`);
      admin.close();

      expect(digests.size).toBe(states.length);
    });

    it('are the same for a copy in a database of another name, over an ordinary connection', async () => {
      const admin = await connectMysql(target);
      const table = tableNamed(snapshot, 'composite');
      await admin.query('DROP DATABASE IF EXISTS `copy 副本`');
      await admin.query('CREATE DATABASE `copy 副本`');
      await admin.query(`CREATE TABLE \`copy 副本\`.composite LIKE ${quoted('composite')}`);
      await admin.query(`INSERT INTO \`copy 副本\`.composite SELECT * FROM ${quoted('composite')}`);

      for (const group of ['open', 'sealed'] as const) {
        expect(await digestRange(admin, snapshot.server.flavour, 'copy 副本', table, whole, group)).toEqual(
          await snapshot.digestRange(table, whole, group, never),
        );
      }
      await admin.query('DROP DATABASE `copy 副本`');
      admin.close();
    });

    it('refuse a row that is too long to hash instead of leaving it out', async () => {
      const admin = await connectMysql(target);
      const name = quoted('too_long');
      // Many short TEXT columns: together longer than max_allowed_packet lets CONCAT build, each harmless alone.
      const columns = Array.from({ length: 400 }, (_, index) => `t${index}`);
      await admin.query(
        `CREATE TABLE ${name} (id int PRIMARY KEY, ${columns.map((column) => `${column} text`).join(', ')}) ENGINE=MyISAM`,
      );
      await admin.query(`INSERT INTO ${name} (id) VALUES (1)`);
      const limit = Number((await admin.query('SELECT @@max_allowed_packet AS n'))[0]?.get('n'));
      const filled = columns.slice(0, Math.ceil(limit / 65_000) + 1);
      if (filled.length <= columns.length && limit <= 20_000_000) {
        for (const column of filled) await admin.query(`UPDATE ${name} SET ${column} = REPEAT('x', 65000)`);
        const now = await aSnapshot(target, { databases: [database] });
        await expect(now.digestRange(tableNamed(now, 'too_long'), whole, 'open', never)).rejects.toMatchObject({
          code: 'mysql.warnings',
        });
        await now.close();
      }
      await admin.query(`DROP TABLE ${name}`);
      admin.close();
    });
  });
}

function quoted(table: string): string {
  return `\`${database}\`.\`${table}\``;
}
