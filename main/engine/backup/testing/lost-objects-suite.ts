import { afterAll, beforeAll, expect, it } from 'vitest';
import { flavourOf, type CompatServer } from '../../sandbox/testing/compat-servers.ts';
import { startCompatSource, type SourceServer } from '../../source/mysql/testing/source-server.ts';
import { green, red, startOwner, type Access, type OwnerRig } from './owner-rig.ts';

/** An account that lacks the right to see definitions: what both flavours hide. */
export function lostObjects(kind: CompatServer): void {
  let source: SourceServer;
  let owner: OwnerRig;
  beforeAll(async () => {
    [source, owner] = await Promise.all([startCompatSource(kind), startOwner()]);
  });
  afterAll(async () => {
    await owner.close();
    await source.stop();
  });

  it('names what its account may not see, keeps everything else, and has it again with the right', async () => {
    const port = source.server.port ?? 0;
    const account: Access = { host: '127.0.0.1', port, user: 'modest', password: 'a-Pass-1' };
    const rights = 'SELECT, SHOW VIEW, TRIGGER, EVENT, EXECUTE';
    // What shows the bodies of routines that belong to others.
    const [bodies, on] = flavourOf(kind) === 'mysql' ? ['SHOW_ROUTINE', '*.*'] : ['SELECT', 'mysql.proc'];
    await source.run(
      'CREATE DATABASE shop',
      'CREATE TABLE shop.goods (id int PRIMARY KEY, n int)',
      'INSERT INTO shop.goods VALUES (1, 10), (2, 20)',
      'CREATE VIEW shop.numbers AS SELECT n FROM shop.goods',
      'CREATE VIEW shop.sums AS SELECT SUM(n) AS total FROM shop.numbers',
      'CREATE FUNCTION shop.twice(n int) RETURNS int DETERMINISTIC RETURN n * 2',
      'CREATE PROCEDURE shop.tidy() SELECT 1',
      'CREATE TRIGGER shop.stamp BEFORE INSERT ON shop.goods FOR EACH ROW SET NEW.n = NEW.n + 1',
      'CREATE EVENT shop.nightly ON SCHEDULE EVERY 1 DAY DISABLE DO SELECT 1',
      "CREATE USER 'modest'@'%' IDENTIFIED BY 'a-Pass-1'",
      `GRANT ${rights} ON shop.* TO 'modest'@'%'`,
      `GRANT ${bodies} ON ${on} TO 'modest'@'%'`,
    );
    await owner.addSource('shop', account);
    expect(green(await owner.backUp('shop')).snapshot.rows).toBe(2);
    // They may still be called, and the other view be seen.
    await source.run(
      `REVOKE ${bodies} ON ${on} FROM 'modest'@'%'`,
      "REVOKE SHOW VIEW ON shop.* FROM 'modest'@'%'",
      "GRANT SHOW VIEW ON shop.sums TO 'modest'@'%'",
    );

    const seen = await owner.backUp('shop');

    const objects = 'function shop.twice, procedure shop.tidy, view shop.numbers';
    expect(red(seen)).toEqual({ 'objects-readable': { objects, denied: objects } });
    expect(seen).toMatchObject({ output: { snapshot: { tables: 1, rows: 2 } } });
    const { manifest } = await owner.engine.call('snapshot.show', { snapshot: 'latest' });
    expect(manifest.lostObjects).toEqual([
      { database: 'shop', kind: 'function', name: 'twice', reason: 'denied' },
      { database: 'shop', kind: 'procedure', name: 'tidy', reason: 'denied' },
      { database: 'shop', kind: 'view', name: 'numbers', reason: 'denied' },
    ]);
    const { user, password } = source.server;
    const restored = await owner.restore('shop', { host: '127.0.0.1', port, user, password }, 'shop_back');
    expect(restored).toMatchObject({ rows: 2, digest: { equal: true } });
    expect(restored.notes.filter(isLoss)).toEqual([
      'object-not-kept: function shop.twice',
      'object-not-kept: procedure shop.tidy',
      'object-not-kept: view shop.numbers',
      'not-created: view sums',
    ]);
    await source.run('INSERT INTO shop_back.goods VALUES (3, 30)');
    expect((await source.admin.query('SELECT n FROM shop_back.goods WHERE id = 3'))[0]?.get('n')).toBe('31');
    // The live test says which right is missing before a night does.
    await expect(owner.engine.call('source.test', { name: 'shop' })).rejects.toMatchObject({
      code: 'mysql.no-privilege',
    });
    await source.run(`GRANT ${rights} ON shop.* TO 'modest'@'%'`, `GRANT ${bodies} ON ${on} TO 'modest'@'%'`);
    green(await owner.backUp('shop'));
    expect((await owner.engine.call('snapshot.show', { snapshot: 'latest' })).manifest.lostObjects).toBeUndefined();
    const whole = await owner.restore('shop', { host: '127.0.0.1', port, user, password }, 'shop_whole');
    expect(whole.notes.filter(isLoss)).toEqual([]);
  });
}

function isLoss(note: string): boolean {
  return /^(object|table)-not-kept|^not-created/.test(note);
}
