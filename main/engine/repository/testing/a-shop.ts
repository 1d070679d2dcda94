import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Column, DatabaseRecord, TableRecord } from '../../../../shared/model/database.ts';
import type { Manifest } from '../../../../shared/model/snapshot.ts';
import type { MemoryBlob } from '../../backend/memory/memory-blob-store.ts';
import { encodeObject, encodeSealedRows, type Repository } from '../index.ts';

export const shopSnapshotId = '6f1f6f2e-3f0b-4a52-9a53-0d6c1f2b7a11';
export const shopAt = '2026-11-22T14:00:00.000Z';

/** Every form of column, and one secret column between open ones. */
export const cardColumns: readonly Column[] = [
  aColumn('id', 'bigint', {}),
  aColumn('title', 'varchar', { charset: 'utf8mb4' }),
  aColumn('secret', 'varchar', { charset: 'utf8mb4', secret: true }),
  aColumn('price', 'decimal', { nullable: true }),
  aColumn('flags', 'bit', { form: 'bit' }),
  aColumn('weight', 'double', { form: 'float' }),
  aColumn('note', 'blob', { nullable: true }),
  aColumn('extra', 'json', { form: 'json', nullable: true }),
  aColumn('spot', 'point', { form: 'geometry', nullable: true }),
  aColumn('sold_at', 'datetime', { nullable: true }),
];

export function aColumn(name: string, dataType: string, fields: Partial<Column>): Column {
  return {
    name,
    dataType,
    columnType: dataType,
    charset: null,
    collation: null,
    nullable: false,
    form: 'plain',
    long: false,
    secret: false,
    ...fields,
  };
}

/** SRID 0 and the WKB of POINT(1 2), escaped. */
const pointLine = `\\0\\0\\0\\0\x01\x01\\0\\0\\0${'\\0'.repeat(6)}\xf0\x3f${'\\0'.repeat(7)}\x40`;

/** Lines of the open columns (all but `secret`), as latin1. */
const openLines = [
  String.raw`1` +
    '\t' +
    utf8('十元卡') +
    '\t9.90\t5\t1.5e-7\t' +
    String.raw`\0\b\t\n\r\Z\\'"` +
    '\t{"a": "b\'c"}\t\\N\t2026-11-22 14:00:00',
  '2\t' + utf8("it's\\\\") + '\t\\N\t0\t-2\t' + utf8('高\\\\') + '\t\\N\t' + pointLine + '\t\\N',
  '3\t\t-0.50\t255\t0\t\\N\t{"k": "' + utf8('值') + '\\\\n"}\t\\N\t0000-00-00 00:00:00',
];
const sealedLines = ['CARD-0001', String.raw`tab\tin\\side`, utf8('卡密-三')];

function utf8(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1');
}

function linesOf(lines: readonly string[]): Buffer {
  return Buffer.from(lines.map((line) => `${line}\n`).join(''), 'latin1');
}

const digest = '0'.repeat(32);

/** Writes a database of two tables (one of them empty), a view, a trigger and a procedure; gives the manifest's name. */
export async function writeShop(
  repository: Repository,
  signal: AbortSignal,
  fields: Partial<Manifest> = {},
): Promise<{ name: string; manifest: Manifest }> {
  const put = async (object: { readonly id: string; readonly bytes: Uint8Array }) => {
    await repository.putObject(object, signal);
    return object.id;
  };
  const chunkOf = async (from: number, to: number) => {
    const open = linesOf(openLines.slice(from, to));
    const sealed = linesOf(sealedLines.slice(from, to));
    return {
      id: await put(encodeObject(repository.keys, { kind: 'rows', payload: open })),
      sealedId: await put(encodeSealedRows(repository.keys, { rows: to - from, text: sealed, digest })),
      rows: to - from,
      textBytes: open.length + sealed.length,
    };
  };
  const range = { digest, sum: null, sealedDigest: null, sealedSum: null, ledgers: [] };
  const cards: TableRecord = {
    schema: {
      database: 'shop',
      name: 'cards',
      engine: 'InnoDB',
      transactional: true,
      ddl: cardsDdl,
      key: ['id'],
      columns: [...cardColumns],
    },
    rows: 3,
    ranges: [
      { ...range, lower: null, rows: 2, chunks: [await chunkOf(0, 2)] },
      { ...range, lower: ['Mw=='], rows: 1, chunks: [await chunkOf(2, 3)] },
    ],
  };
  const empty: TableRecord = {
    schema: {
      database: 'shop',
      name: 'we`ird',
      engine: 'InnoDB',
      transactional: true,
      ddl: 'CREATE TABLE `we``ird` (`n` int DEFAULT NULL)',
      key: null,
      columns: [aColumn('n', 'int', { nullable: true })],
    },
    rows: 0,
    ranges: [],
  };
  const cardsChunk = (await repository.putTableRecord(cards, signal)).id;
  const emptyChunk = (await repository.putTableRecord(empty, signal)).id;
  const schemaChunk = (await repository.putDatabaseRecord(databaseRecord, signal)).id;
  const table = { database: 'shop', textBytes: 200, ranges: 1, transactional: true };
  const manifest: Manifest = {
    ...aManifest(fields),
    databases: [{ name: 'shop', schemaChunk }],
    tables: [
      { ...table, name: 'cards', rows: 3, sealed: true, tableChunk: cardsChunk },
      { ...table, name: 'we`ird', rows: 0, sealed: false, tableChunk: emptyChunk },
    ],
  };
  const { name } = await repository.putManifest(manifest, signal);
  return { name, manifest };
}

const cardsDdl = `CREATE TABLE \`cards\` (
  \`id\` bigint NOT NULL,
  \`title\` varchar(50) CHARACTER SET utf8mb4 NOT NULL,
  \`secret\` varchar(200) CHARACTER SET utf8mb4 NOT NULL,
  \`price\` decimal(10,2) DEFAULT NULL,
  \`flags\` bit(8) NOT NULL,
  \`weight\` double NOT NULL,
  \`note\` blob DEFAULT NULL,
  \`extra\` json DEFAULT NULL,
  \`spot\` point DEFAULT NULL,
  \`sold_at\` datetime DEFAULT NULL COMMENT '售出',
  PRIMARY KEY (\`id\`),
  UNIQUE KEY \`uk\` (\`secret\`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4`;

const session = {
  sqlMode: 'STRICT_TRANS_TABLES,NO_ENGINE_SUBSTITUTION',
  characterSetClient: 'utf8mb4',
  collationConnection: 'utf8mb4_general_ci',
  timeZone: 'SYSTEM',
  nextValue: null,
};

const databaseRecord: DatabaseRecord = {
  name: 'shop',
  ddl: 'CREATE DATABASE `shop`',
  characterSet: 'utf8mb4',
  collation: 'utf8mb4_general_ci',
  objects: [
    {
      ...session,
      kind: 'view',
      name: 'v',
      ddl: 'CREATE VIEW `v` AS select `cards`.`id` AS `id` from `cards`',
      sqlMode: null,
    },
    {
      ...session,
      kind: 'procedure',
      name: 'p',
      ddl: 'CREATE PROCEDURE `p`()\nBEGIN\n  SELECT 1;\n  SELECT 2;\nEND',
    },
    {
      ...session,
      kind: 'trigger',
      name: 'tr',
      ddl: 'CREATE TRIGGER `tr` BEFORE INSERT ON `cards` FOR EACH ROW BEGIN SET NEW.`price` = NEW.`price`; END',
    },
  ],
};

/** A manifest without tables, complete as to schema. */
export function aManifest(fields: Partial<Manifest> = {}): Manifest {
  return {
    format: 1,
    id: shopSnapshotId,
    source: { id: '0b7f2c58-5a57-4a39-8a3f-1c0f5f3d2e10', name: '小店', preset: null },
    previous: null,
    startedAt: shopAt,
    at: shopAt,
    finishedAt: shopAt,
    durationMs: 1200,
    producer: 'test',
    server: {
      flavour: 'mariadb',
      version: '10.11.6',
      versionComment: '',
      serverId: '1',
      serverUuid: null,
      hostname: 'shop',
      variables: {},
    },
    coordinate: { file: 'binlog.000001', position: 4, gtid: null },
    lock: { method: 'ftwrl', waitedMs: 1, heldMs: 2 },
    databases: [],
    tables: [],
    ledgerDefinitions: [],
    ledgers: [],
    read: { bytesFromServer: 1, rowsFetched: 3, rangesReused: 0, rangesTotal: 2 },
    checks: [],
    ...fields,
  };
}

/** Writes what a memory store holds into a folder, as a disk store would. */
export async function dumpToFolder(blobs: ReadonlyMap<string, MemoryBlob>, dir: string): Promise<void> {
  for (const [name, { bytes }] of blobs) {
    const file = join(dir, ...name.split('/'));
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, bytes);
  }
}
