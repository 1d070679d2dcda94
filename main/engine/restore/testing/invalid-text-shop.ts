import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { MemoryBlob } from '../../backend/memory/memory-blob-store.ts';
import { aRepository } from '../../backup/testing/a-capture.ts';
import { backUpAndClose } from '../../backup/testing/a-run.ts';
import { ChunkPool } from '../../chunk-pool/chunk-pool.ts';
import { aKeyring } from '../../repository/testing/keys.ts';
import { aSnapshot, never, startSource, type SourceServer } from '../../source/mysql/testing/source-server.ts';
import type { RestoreResult } from '../restore-into-server.ts';
import { writeSqlFile, type SqlFile } from '../write-sql-file.ts';
import { readerOf, restoreAgain, wholePlan } from './a-restore.ts';

const rows = 4000;
export const invalidTextRows = 3 * rows + 1;
/** Tables of `shop` with the columns that are stored. */
export const invalidTextTables: readonly (readonly [string, readonly string[]])[] = [
  ['notes', ['id', 'memo', 'tag', 'body', 'n']],
  ['text', ['id', 'memo', 'tag', 'body']],
  ['keyed', ['memo', 'id']],
  ['sound', ['id', 'memo']],
];

/** A shop whose text is not all text, and a snapshot of it. */
export interface InvalidTextShop {
  readonly source: SourceServer;
  /** The repository, under `testPassphrase`. */
  readonly blobs: ReadonlyMap<string, MemoryBlob>;
  /** As database `again`. */
  restoreInto(target: SourceServer): Promise<RestoreResult>;
  /** As database `filed`. */
  writeFile(path: string): Promise<SqlFile>;
  stop(): Promise<void>;
}

export async function startInvalidTextShop(): Promise<InvalidTextShop> {
  const source = await startSource();
  await makeInvalidText(source, rows);
  await source.run(
    `CREATE TABLE shop.notes (
      id int NOT NULL AUTO_INCREMENT PRIMARY KEY,
      memo varchar(40) NOT NULL DEFAULT '无' COMMENT 'what, (was) said',
      tag char(10) CHARACTER SET gbk DEFAULT '中',
      body text,
      loud varchar(40) GENERATED ALWAYS AS (upper(memo)) VIRTUAL,
      n int NOT NULL DEFAULT 7,
      first int GENERATED ALWAYS AS (ord(memo)) STORED,
      UNIQUE KEY memo_id (memo, id), KEY short (memo(5)), KEY other (n), FULLTEXT KEY words (body)
    ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4`,
    'INSERT INTO shop.notes (id, memo, tag, body) SELECT * FROM shop.text',
    // Its key itself is bad.
    'CREATE TABLE shop.keyed (memo varchar(40) NOT NULL PRIMARY KEY, id int) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4',
    'INSERT INTO shop.keyed SELECT memo, id FROM shop.text',
    'CREATE TABLE shop.sound (id int PRIMARY KEY, memo varchar(40) DEFAULT NULL) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4',
    "INSERT INTO shop.sound VALUES (1, '好')",
  );
  const keyring = await aKeyring();
  const { repository, blobs } = await aRepository(keyring);
  const snapshot = await aSnapshot(source.target, { databases: ['shop'] });
  const backup = await backUpAndClose(snapshot, repository);
  const failed = backup.manifest.checks.filter(({ ok }) => !ok);
  if (failed.length > 0) throw new Error(JSON.stringify(failed));
  const pool = new ChunkPool(keyring.mainKeys, 1);
  const reader = readerOf(repository, pool);
  return {
    source,
    blobs,
    writeFile: async (path) =>
      writeSqlFile({
        plan: await wholePlan(backup.manifest, reader),
        reader,
        path,
        as: 'filed',
        onProgress: () => undefined,
        signal: never,
      }),
    restoreInto: (target) => restoreAgain(backup.manifest, { reader, pool, target: target.target, sessions: 3 }),
    async stop() {
      await pool.close();
      await source.stop();
    },
  };
}

/** One digest over all rows by the server, which knows nothing of ours. */
export async function octetsOf(
  { admin }: SourceServer,
  database: string,
  table: string,
  columns: readonly string[],
): Promise<string> {
  const row = columns.map((column) => `COALESCE(HEX(${column}), 'N')`).join(", '|', ");
  const [found] = await admin.query(
    `SELECT CONCAT(COUNT(*), ' ', BIT_XOR(CAST(CONV(LEFT(SHA2(CONCAT(${row}), 256), 16), 16, 10) AS UNSIGNED))) AS sum FROM ${database}.${table}`,
  );
  return found?.get('sum') ?? 'missing';
}

/**
 * Puts octets into text columns that are no text of their set, as old upgrades and exchanged files did: no statement of a sound server does
 * that. A MyISAM table of binary columns lies on the disk just as one of text does, so its files are put in the other's place.
 * `shop.text` then has four columns: id, memo (utf8mb4), tag (gbk), body (utf8mb4); rows 3 and 5 are bad in memo, 4 in tag, the last in
 * body.
 */
export async function makeInvalidText(source: SourceServer, rows: number): Promise<void> {
  const rest = 'PRIMARY KEY (id)) ENGINE=MyISAM ROW_FORMAT=DYNAMIC DEFAULT CHARSET=utf8mb4';
  await source.run(
    'CREATE DATABASE shop CHARACTER SET utf8mb4',
    `CREATE TABLE shop.raw (id int NOT NULL, memo varbinary(160) NOT NULL DEFAULT '', tag binary(20), body blob, ${rest}`,
    `CREATE TABLE shop.text (id int NOT NULL, memo varchar(40) NOT NULL DEFAULT '', tag char(10) CHARACTER SET gbk, body text, ${rest}`,
    `INSERT INTO shop.raw SELECT seq, CONCAT('备注 ', seq), RPAD(UNHEX('D6D0'), 20, ' '), REPEAT('文', 400) FROM shop.seq_1_to_${rows}`,
    "UPDATE shop.raw SET memo = UNHEX('E4B8') WHERE id = 3",
    "UPDATE shop.raw SET memo = CONCAT(UNHEX('C3'), '27') WHERE id = 5",
    "UPDATE shop.raw SET tag = RPAD(UNHEX('81'), 20, ' ') WHERE id = 4",
    `UPDATE shop.raw SET body = UNHEX('61FF5C0A09') WHERE id = ${rows}`,
    'FLUSH TABLES',
  );
  const [row] = await source.admin.query('SELECT @@datadir AS folder');
  const folder = join(row?.get('folder') ?? '', 'shop');
  for (const kind of ['MYD', 'MYI']) await copyFile(join(folder, `raw.${kind}`), join(folder, `text.${kind}`));
  await source.run('FLUSH TABLES', 'DROP TABLE shop.raw');
}
