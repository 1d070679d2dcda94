import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { SourceServer } from '../../source/mysql/testing/source-server.ts';

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
