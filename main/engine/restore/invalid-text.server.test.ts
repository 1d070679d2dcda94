import { copyFile, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runClientIn } from '../backup/testing/zoo/zoo-server.ts';
import { assetPath } from '../platform/asset-path.ts';
import { runCommand } from '../platform/run-command.ts';
import { withTempDir } from '../platform/temp-dir.ts';
import { dumpToFolder } from '../repository/testing/a-shop.ts';
import { testPassphrase } from '../repository/testing/keys.ts';
import { startSource, type SourceServer } from '../source/mysql/testing/source-server.ts';
import type { RestoreResult } from './restore-into-server.ts';
import {
  invalidTextRows,
  invalidTextTables,
  octetsOf,
  startInvalidTextShop,
  type InvalidTextShop,
} from './testing/invalid-text-shop.ts';

/** Text that is no text of its character set comes back octet by octet, its table whole, and every other column as it was. */
let shop: InvalidTextShop;
let source: SourceServer;

beforeAll(async () => {
  shop = await startInvalidTextShop();
  ({ source } = shop);
});
afterAll(() => shop.stop());

describe('text that is none', () => {
  let restored: RestoreResult;
  beforeAll(async () => {
    restored = await shop.restoreInto(source);
  });

  it('is proven octet by octet, and counted by name', () => {
    expect(restored).toMatchObject({ rows: invalidTextRows, digest: { equal: true, different: [] } });
    expect(restored.notes.filter((note) => !note.startsWith('ddl-differs'))).toEqual([
      'text-as-octets: again.keyed.memo (2): ALTER TABLE `again`.`keyed` MODIFY `memo` varchar(40) NOT NULL',
      "text-as-octets: again.notes.memo (2): ALTER TABLE `again`.`notes` MODIFY `memo` varchar(40) NOT NULL DEFAULT '无' COMMENT 'what, (was) said'",
      "text-as-octets: again.notes.tag (1): ALTER TABLE `again`.`notes` MODIFY `tag` char(10) CHARACTER SET gbk COLLATE gbk_chinese_ci DEFAULT '中'",
      'text-as-octets: again.notes.body (1): ALTER TABLE `again`.`notes` MODIFY `body` text DEFAULT NULL',
      'generated-over-octets: again.notes.loud: ALTER TABLE `again`.`notes` MODIFY `loud` varchar(40) GENERATED ALWAYS AS (ucase(`memo`)) VIRTUAL',
      'generated-over-octets: again.notes.first',
      'key-left-out: again.notes: FULLTEXT KEY `words` (`body`)',
      "text-as-octets: again.text.memo (2): ALTER TABLE `again`.`text` MODIFY `memo` varchar(40) NOT NULL DEFAULT ''",
      'text-as-octets: again.text.tag (1): ALTER TABLE `again`.`text` MODIFY `tag` char(10) CHARACTER SET gbk COLLATE gbk_chinese_ci DEFAULT NULL',
      'text-as-octets: again.text.body (1): ALTER TABLE `again`.`text` MODIFY `body` text DEFAULT NULL',
    ]);
  });

  it.each(invalidTextTables)('has the same octets in every row of %s', async (table, columns) => {
    expect(await octetsOf(source, 'again', table, columns)).toEqual(await octetsOf(source, 'shop', table, columns));
  });

  it('keeps types, defaults, keys and generated columns of the rest', async () => {
    const types = await source.admin.query(
      "SELECT COLUMN_NAME AS name, COLUMN_TYPE AS type, EXTRA AS extra FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = 'again' AND TABLE_NAME = 'notes' ORDER BY ORDINAL_POSITION",
    );
    expect(types.map((row) => [...row.values()])).toEqual([
      ['id', 'int(11)', 'auto_increment'],
      ['memo', 'varbinary(160)', ''],
      ['tag', 'varbinary(20)', ''],
      ['body', 'blob', ''],
      ['loud', 'varbinary(160)', 'VIRTUAL GENERATED'],
      ['n', 'int(11)', ''],
      ['first', 'int(11)', 'STORED GENERATED'],
    ]);
    await source.run('INSERT INTO again.notes (id) VALUES (100000)');
    const [fresh] = await source.admin.query(
      'SELECT HEX(memo) AS memo, HEX(tag) AS tag FROM again.notes WHERE id = 100000',
    );
    expect([fresh?.get('memo'), fresh?.get('tag')]).toEqual(['E697A0', 'D6D0']);
    await source.run('DELETE FROM again.notes WHERE id = 100000');
    const keys = await source.admin.query(
      "SELECT INDEX_NAME AS name, COLUMN_NAME AS col, SUB_PART AS part FROM information_schema.STATISTICS WHERE TABLE_SCHEMA = 'again' AND TABLE_NAME = 'notes' ORDER BY 1, SEQ_IN_INDEX",
    );
    expect(keys.map((row) => [...row.values()])).toEqual([
      ['memo_id', 'memo', null],
      ['memo_id', 'id', null],
      ['other', 'n', null],
      ['PRIMARY', 'id', null],
      ['short', 'memo', '20'],
    ]);
  });

  it('leaves a sound table as it was', async () => {
    const ddl = async (database: string) =>
      (await source.admin.query(`SHOW CREATE TABLE ${database}.sound`))[0]?.get('create table');
    expect(await ddl('again')).toBe(await ddl('shop'));
  });

  it('turns back by the statement that the note gives, once its rows are mended', async () => {
    await source.run("UPDATE again.notes SET memo = '?' WHERE id IN (3, 5)");
    const note = restored.notes.find((each) => each.includes('again.notes.memo')) ?? '';

    await source.run("SET SESSION sql_mode = 'STRICT_ALL_TABLES'", note.slice(note.indexOf('ALTER TABLE')));

    const line = async (database: string) =>
      (await source.admin.query(`SHOW CREATE TABLE ${database}.notes`))[0]
        ?.get('create table')
        ?.split('\n')
        .find((each) => each.startsWith('  `memo`'));
    expect(await line('again')).toBe(await line('shop'));
  });
});

it('comes back through INSERT too, where LOAD DATA is forbidden', async () => {
  const strict = await startSource(['--local-infile=0']);
  try {
    const restored = await shop.restoreInto(strict);

    expect(restored).toMatchObject({ rows: invalidTextRows, digest: { equal: true, different: [] } });
    expect(restored.notes.filter((note) => note.startsWith('text-as-octets'))).toHaveLength(7);
  } finally {
    await strict.stop();
  }
});

it('comes back from an .sql file, where no server is asked and none would complain', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'shouhu-text-'));
  try {
    const path = join(dir, 'shop.sql');
    const { notes } = await shop.writeFile(path);
    await runClientIn('utf8mb4', source.server, await readFile(path));

    for (const [table, columns] of invalidTextTables) {
      expect(await octetsOf(source, 'filed', table, columns)).toEqual(await octetsOf(source, 'shop', table, columns));
    }
    expect(notes.map((note) => note.split(': ALTER')[0])).toEqual([
      'text-as-octets: filed.keyed.memo (2)',
      'text-as-octets: filed.notes.memo (2)',
      'text-as-octets: filed.notes.tag (1)',
      'text-as-octets: filed.notes.body (1)',
      'generated-over-octets: filed.notes.loud',
      'generated-over-octets: filed.notes.first',
      'key-left-out: filed.notes: FULLTEXT KEY `words` (`body`)',
      'text-as-octets: filed.text.memo (2)',
      'text-as-octets: filed.text.tag (1)',
      'text-as-octets: filed.text.body (1)',
    ]);
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
});

it('comes back through recover.mjs', async () => {
  await withTempDir('recover', async (dir) => {
    await dumpToFolder(shop.blobs, join(dir, 'repo'));
    await copyFile(assetPath('recover/recover.mjs'), join(dir, 'recover.mjs'));
    const args = ['recover.mjs', '--repository', 'repo', '--sql', 'shop.sql', '--passphrase-env', 'MAIN_SECRET'];

    const written = await runCommand(process.execPath, args, { cwd: dir, env: { MAIN_SECRET: testPassphrase } });

    expect(written.exitCode).toBe(0);
    expect(written.stderr).toContain('notes.memo: holds bytes that are no utf8mb4 text');
    const empty = await startSource();
    try {
      await runClientIn('gbk', empty.server, await readFile(join(dir, 'shop.sql')));
      for (const [table, columns] of invalidTextTables) {
        expect(await octetsOf(empty, 'shop', table, columns)).toEqual(await octetsOf(source, 'shop', table, columns));
      }
    } finally {
      await empty.stop();
    }
  });
});
