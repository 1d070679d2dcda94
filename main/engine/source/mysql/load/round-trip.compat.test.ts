import { describe, expect, it } from 'vitest';
import type { TableSchema } from '../../../../../shared/model/database.ts';
import { compatServerNames, compatServers, startCompatServer } from '../../../sandbox/testing/compat-servers.ts';
import { quoteTable } from '../quote.ts';
import {
  addForeignKeys,
  assertRange,
  buildKeys,
  createDatabase,
  createObjects,
  createSequences,
  createTable,
  differingDdl,
  type LoadSession,
  loadText,
  openLoadSession,
} from './index.ts';
import { captureTable, never, openReader, pictureOf, targetOf, whole } from './testing/round-trip.ts';
import { everyTypeStatements, mysqlStatements, objectStatements, otherTableStatements } from './testing/shop.sql.ts';

const isSecret = (table: string, column: string) => table === 'every_type' && ['vc', 'js', 'bi'].includes(column);
const present = compatServers('mysql', 'mariadb');
const statements = {
  mysql: mysqlStatements,
  mariadb: [...everyTypeStatements, ...otherTableStatements, ...objectStatements],
};

describe.each(['mysql', 'mariadb'] as const)('%s', (kind) => {
  it.skipIf(!present.includes(kind))(
    `gives ${compatServerNames[kind]} its database back, by INSERT and by LOAD DATA`,
    async () => {
      const server = await startCompatServer(kind);
      try {
        const session = await openLoadSession(targetOf(server), { signal: never });
        await session.execute('CREATE DATABASE shop CHARACTER SET utf8mb4', never);
        await session.execute('USE shop', never);
        for (const sql of statements[kind]) await session.execute(sql, never);
        await session.execute('SET GLOBAL local_infile=0', never);
        await roundTrip(session, 'by_insert');
        expect(session.localInfileRefused).toBe(true);
        await session.execute('SET GLOBAL local_infile=1', never);
        session.localInfileRefused = false;
        await roundTrip(session, 'by_file');
        expect(session.localInfileRefused).toBe(false);
      } finally {
        await server.stop();
      }

      async function roundTrip(session: LoadSession, name: string): Promise<void> {
        const picture = await pictureOf(server, 'shop', isSecret);
        const record = picture.databases[0]!;
        const renames = new Map([['shop', name]]);
        const reader = await openReader(server);
        await createDatabase(session, record, name, never);
        await createSequences(session, name, record.objects, never);
        const pending = [];
        for (const { schema } of picture.tables) {
          pending.push(await createTable(session, name, schema, renames, never));
          const { text, rows } = await captureTable(reader, schema);
          await loadText(session, name, schema, text, rows, never);
        }
        for (const table of pending) await buildKeys(session, table, never);
        for (const table of pending) await addForeignKeys(session, table, never);
        const notes = await createObjects(session, [{ database: name, objects: record.objects }], {
          renames,
          enableEvents: false,
          signal: never,
        });
        expect(notes).toEqual([{ kind: 'event', name: 'tidy', note: 'event-off', errno: 0 }]);
        for (const table of pending) {
          expect([table.schema.name, await differingDdl(session, table, never)]).toEqual([table.schema.name, null]);
          await sameRows(session, name, table.schema, await captureTable(reader, table.schema));
        }
        reader.close();
      }
    },
  );
});

async function sameRows(
  session: LoadSession,
  database: string,
  schema: TableSchema,
  captured: Awaited<ReturnType<typeof captureTable>>,
): Promise<void> {
  const { rows, openDigest: digest, openSum: sum, sealedDigest } = captured;
  await assertRange(session, database, schema, whole, { rows, digest, sum, sealedDigest }, never);
  const checksum = async (where: string) =>
    (await session.rows(`CHECKSUM TABLE ${quoteTable(where, schema.name)}`, never))[0]?.get('checksum');
  expect([schema.name, await checksum(database)]).toEqual([schema.name, await checksum('shop')]);
}
