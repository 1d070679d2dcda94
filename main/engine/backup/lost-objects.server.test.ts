import { execFileSync } from 'node:child_process';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startSource, type SourceServer } from '../source/mysql/testing/source-server.ts';
import { lostObjects } from './testing/lost-objects-suite.ts';
import { green, red, startOwner, type Access, type OwnerRig } from './testing/owner-rig.ts';

/** Definitions that the server has and cannot show. The files and system tables of a real server are damaged, by hand. */
describe('what an account may not see', () => lostObjects('local'));

describe('what the server itself cannot show', () => {
  let source: SourceServer;
  let owner: OwnerRig;
  beforeAll(async () => {
    [source, owner] = await Promise.all([startSource(), startOwner()]);
  });
  afterAll(async () => {
    await owner.close();
    await source.stop();
  });

  const root = (): Access => {
    const { port, user, password } = source.server;
    return { host: '127.0.0.1', port: port ?? 0, user, password };
  };
  const fileOf = (database: string, file: string) => join(source.server.dataDir, database, file);

  async function aShop(name: string): Promise<void> {
    await source.run(
      `CREATE DATABASE ${name}`,
      `CREATE TABLE ${name}.goods (id int PRIMARY KEY)`,
      `INSERT INTO ${name}.goods VALUES (1), (2), (3)`,
      `CREATE VIEW ${name}.fine AS SELECT id + 1 AS next FROM ${name}.goods`,
      `CREATE VIEW ${name}.words AS SELECT 'word' AS word`,
      `CREATE VIEW ${name}.above AS SELECT word FROM ${name}.words`,
      `CREATE FUNCTION ${name}.one() RETURNS int DETERMINISTIC RETURN 1`,
      `CREATE FUNCTION ${name}.two() RETURNS int DETERMINISTIC RETURN 2`,
      `CREATE PROCEDURE ${name}.tidy() SELECT 1`,
      `CREATE TRIGGER ${name}.stamp BEFORE INSERT ON ${name}.goods FOR EACH ROW SET NEW.id = NEW.id`,
      `CREATE EVENT ${name}.nightly ON SCHEDULE EVERY 1 DAY DISABLE DO SELECT 1`,
      `CREATE EVENT ${name}.weekly ON SCHEDULE EVERY 7 DAY DISABLE DO SELECT 1`,
    );
  }

  /** Octets that are no text in the place of a view's query, as a failing disk or a wrong conversion leaves them. */
  async function breakView(database: string, view: string): Promise<void> {
    const path = fileOf(database, `${view}.frm`);
    const [before, after] = (await readFile(path, 'utf8')).split(/^query=.*$/m);
    const octets = Buffer.concat([Buffer.from("query=select '"), Buffer.of(0xff, 0xfe)]);
    await writeFile(path, Buffer.concat([Buffer.from(before ?? ''), octets, Buffer.from(after ?? '')]));
    await source.run('FLUSH TABLES');
  }

  it('is named one by one with what is wrong, in the run, in `show`, at a restore and beside a file that can be read', async () => {
    await aShop('broken');
    await owner.addSource('broken', root());
    green(await owner.backUp('broken'));
    await breakView('broken', 'words');
    await rm(fileOf('broken', 'stamp.TRN'));
    await source.run(
      "UPDATE mysql.proc SET body = 'SELECT (((', body_utf8 = 'SELECT (((' WHERE db = 'broken' AND name = 'tidy'",
      // These two take everything of their kind out of the server's lists.
      "UPDATE mysql.proc SET `returns` = 'nonsense' WHERE db = 'broken' AND name = 'one'",
      "UPDATE mysql.event SET time_zone = 'Nowhere/Nowhere' WHERE db = 'broken' AND name = 'nightly'",
      'FLUSH TABLES',
    );

    const seen = await owner.backUp('broken');

    const names = [
      'function broken.one',
      'procedure broken.tidy',
      'view broken.above',
      'view broken.words',
      'trigger broken.stamp',
      'event broken.nightly',
    ];
    expect(red(seen)).toEqual({ 'objects-readable': { objects: names.join(', '), damaged: names.join(', ') } });
    expect(seen).toMatchObject({ output: { snapshot: { tables: 1, rows: 3 } } });
    const { manifest } = await owner.engine.call('snapshot.show', { snapshot: 'latest' });
    expect(manifest.lostObjects?.map(({ kind, name, reason }) => `${kind} ${name} ${reason}`)).toEqual(
      names.map((name) => `${name.replace('broken.', '')} damaged`),
    );
    const notes = names.map((name) => `object-not-kept: ${name}`);
    const restored = await owner.restore('broken', root(), 'broken_back');
    expect(restored).toMatchObject({ rows: 3, digest: { equal: true }, notes });
    const kept = await source.admin.query(
      "SELECT name FROM mysql.proc WHERE db = 'broken_back' UNION ALL SELECT TABLE_NAME FROM information_schema.VIEWS WHERE TABLE_SCHEMA = 'broken_back'",
    );
    expect(kept.map((row) => row.get('name')).sort()).toEqual(['fine', 'two']);
    // The second night is as red as the first; mended, everything is back.
    expect(red(await owner.backUp('broken'))).toHaveProperty('objects-readable');
    const path = join(owner.diskPath, '..', 'broken.sql');
    const file = await owner.engine.call('export.run', {
      snapshot: 'latest',
      path,
      tables: [],
      vault: null,
      from: null,
    });
    expect(file.notes).toEqual(notes);
    await source.run('DROP DATABASE broken_back', 'CREATE OR REPLACE VIEW broken.words AS SELECT 1 AS word');
    await source.run(
      "DELETE FROM mysql.proc WHERE db = 'broken' AND name IN ('one', 'tidy')",
      "DELETE FROM mysql.event WHERE db = 'broken' AND name = 'nightly'",
    );
    await rm(fileOf('broken', 'goods.TRG'));
    await source.run('FLUSH TABLES');
    green(await owner.backUp('broken'));
  });

  it('stands in a source test as a warning, and keeps no shop from being added', async () => {
    await aShop('added');
    await breakView('added', 'words');
    await source.run('CREATE TABLE added.visits (id int PRIMARY KEY) ENGINE=MyISAM', 'FLUSH TABLES');
    await writeFile(fileOf('added', 'visits.MYI'), 'no index');
    await owner.addSource('added', root());

    const { steps } = await owner.engine.call('source.test', { name: 'added' });

    expect(steps.find(({ id }) => id === 'damaged')).toMatchObject({
      ok: true,
      facts: { objects: 'table added.visits, view added.above, view added.words', warning: true },
    });
    expect(red(await owner.backUp('added'))).toMatchObject({
      'tables-readable': { damaged: 'added.visits' },
      'objects-readable': { damaged: 'view added.above, view added.words' },
    });
  });

  it('is a whole kind, when not even the names can be had', async () => {
    await aShop('kinds');
    const account: Access = { ...root(), user: 'kinds', password: 'a-Pass-1' };
    await source.run(
      "CREATE USER 'kinds'@'%' IDENTIFIED BY 'a-Pass-1'",
      "GRANT SELECT, SHOW VIEW, TRIGGER, EVENT, EXECUTE ON kinds.* TO 'kinds'@'%'",
      "GRANT SELECT ON mysql.proc TO 'kinds'@'%'",
    );
    await owner.addSource('kinds', account);
    green(await owner.backUp('kinds'));
    await source.run("UPDATE mysql.event SET time_zone = 'Nowhere/Nowhere' WHERE db = 'kinds' AND name = 'nightly'");

    expect(red(await owner.backUp('kinds'))).toEqual({
      'objects-readable': { objects: 'event kinds.*', damaged: 'event kinds.*' },
    });
    expect((await owner.restore('kinds', root(), 'kinds_back')).notes).toContain('object-not-kept: event kinds.*');
    await source.run("DELETE FROM mysql.event WHERE db = 'kinds' AND name = 'nightly'");
  });

  it('is a table, when the file of its triggers is damaged: MariaDB does not open it then', async () => {
    await aShop('triggers');
    await source.run('CREATE TABLE triggers.other (id int PRIMARY KEY)');
    await owner.addSource('triggers', root());
    await writeFile(fileOf('triggers', 'goods.TRG'), 'garbage');
    await source.run('FLUSH TABLES');

    expect(red(await owner.backUp('triggers'))).toMatchObject({
      'tables-readable': { damaged: 'triggers.goods' },
      'objects-readable': { damaged: 'view triggers.fine' },
    });
  });

  it('leaves views and triggers on what was lost out of a file, because a client stops at the first that fails', async () => {
    await aShop('files');
    await source.run(
      'CREATE TABLE files.visits (id int PRIMARY KEY)',
      'CREATE VIEW files.seen AS SELECT id FROM files.visits',
      'CREATE VIEW files.a_view_of_it AS SELECT id FROM files.seen',
      'CREATE TRIGGER files.`a count` AFTER DELETE ON files.visits FOR EACH ROW SET @n = 1',
      "CREATE USER 'files'@'%' IDENTIFIED BY 'a-Pass-1'",
      "GRANT SHOW VIEW, TRIGGER, EVENT, EXECUTE ON files.* TO 'files'@'%'",
      "GRANT SELECT ON mysql.proc TO 'files'@'%'",
      ...['goods', 'fine', 'words', 'above', 'seen', 'a_view_of_it', 'visits'].map(
        (name) => `GRANT SELECT ON files.${name} TO 'files'@'%'`,
      ),
    );
    await owner.addSource('files', { ...root(), user: 'files', password: 'a-Pass-1' });
    green(await owner.backUp('files'));
    await source.run("REVOKE SELECT ON files.visits FROM 'files'@'%'");
    red(await owner.backUp('files'));
    const path = join(owner.diskPath, '..', 'files.sql');

    const { notes } = await owner.engine.call('export.run', {
      snapshot: 'latest',
      path,
      tables: [],
      vault: null,
      from: null,
    });

    expect(notes).toEqual([
      'table-not-kept: files.visits',
      'not-created: view files.seen',
      'not-created: view files.a_view_of_it',
      'not-created: trigger files.a count',
    ]);
    await source.run('DROP DATABASE files');
    const { user, password } = root();
    const client = [`--socket=${source.server.socketPath}`, `--user=${user}`, '--default-character-set=utf8mb4'];
    execFileSync('mariadb', client, {
      input: await readFile(path),
      env: { ...process.env, MYSQL_PWD: password },
    });
    const [back] = await source.admin.query('SELECT COUNT(*) AS n, MAX(next) AS most FROM files.fine');
    expect([back?.get('n'), back?.get('most')]).toEqual(['3', '4']);
  });
});
