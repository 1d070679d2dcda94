import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { inspectServer, type InspectionStep } from './inspect.ts';
import { aSnapshot, movedTables, never, startSource, type SourceServer } from './testing/source-server.ts';
import type { LockMethod, MysqlTarget } from './types.ts';

let source: SourceServer;

beforeAll(async () => {
  source = await startSource();
  await source.run(
    'CREATE DATABASE shop',
    'CREATE TABLE shop.orders (id int PRIMARY KEY, n int) ENGINE=InnoDB',
    'CREATE TABLE shop.hits (id int PRIMARY KEY, n int) ENGINE=MyISAM',
    'INSERT INTO shop.orders SELECT seq, seq FROM shop.seq_1_to_100',
    "CREATE DEFINER='root'@'localhost' PROCEDURE shop.tidy() SELECT 1",
    'CREATE TRIGGER shop.stamp BEFORE INSERT ON shop.orders FOR EACH ROW SET NEW.n = 1',
    'CREATE VIEW shop.totals AS SELECT SUM(n) AS n FROM shop.orders',
  );
});
afterAll(async () => {
  await source.stop();
});

describe('the wait for a lock', () => {
  it.each<[LockMethod, string]>([
    ['global-read-lock', 'LOCK TABLES shop.orders WRITE'],
    ['table-locks', 'LOCK TABLES shop.orders WRITE'],
    ['backup-stage', 'LOCK TABLES shop.hits WRITE'],
    ['table-locks', 'START TRANSACTION; UPDATE shop.orders SET n = 2 WHERE id = 1'],
  ])('is bounded and leaves nothing waiting (%s behind %s)', async (method, blocker) => {
    const other = await source.openAdmin();
    for (const statement of blocker.split('; ')) await other.query(statement);
    const startedMs = performance.now();

    const outcome = await aSnapshot(source.target, { databases: ['shop'], methods: [method], lockWaitMs: 1000 }).catch(
      (error: unknown) => error,
    );
    const tookMs = performance.now() - startedMs;

    expect(outcome).toMatchObject({ code: 'mysql.lock-timeout' });
    const { waitedMs } = (outcome as { facts: { waitedMs: number } }).facts;
    expect(waitedMs).toBeGreaterThan(800);
    // Below every limit that a server has of its own: ours ended the wait.
    expect(tookMs).toBeLessThan(40_000);
    await expect.poll(waiting).toEqual([]);
    other.destroy();
    await source.run('INSERT INTO shop.orders VALUES (1000, 1)', 'DELETE FROM shop.orders WHERE id = 1000');
  });

  it('ends at once on the server when it is aborted', async () => {
    const other = await source.openAdmin();
    await other.query('LOCK TABLES shop.orders WRITE');
    const stop = new AbortController();
    const begun = aSnapshot(source.target, {
      databases: ['shop'],
      methods: ['global-read-lock'],
      lockWaitMs: 60_000,
      signal: stop.signal,
    }).catch((error: unknown) => error);
    await expect.poll(waiting).toHaveLength(1);

    stop.abort();

    expect(await begun).toMatchObject({ name: 'AbortError' });
    await expect.poll(waiting).toEqual([]);
    other.destroy();
  });

  it('gives way to a shop that could not move on behind it, and tries again', async () => {
    const first = await source.openAdmin();
    const second = await source.openAdmin();
    await first.query('START TRANSACTION');
    await first.query('UPDATE shop.orders SET n = 5 WHERE id = 3');
    // Its statement stands behind the row, the lock stands behind its statement, and the row's owner will stand behind the lock.
    const behind = second.query('UPDATE shop.orders SET n = 6 WHERE id = 3');
    const begun = aSnapshot(source.target, {
      databases: ['shop'],
      methods: ['global-read-lock'],
      lockWaitMs: 120_000,
    });
    await expect.poll(waiting).toHaveLength(1);

    await first.query('UPDATE shop.orders SET n = 5 WHERE id = 4');
    await first.query('COMMIT');
    await behind;
    const snapshot = await begun;
    await snapshot.close();
    first.close();
    second.close();

    expect(snapshot.lock.waitedMs).toBeGreaterThan(1000);
    expect(snapshot.lock.tries).toBeGreaterThan(1);
  });

  it('does not stop at an open transaction that only has to commit later', async () => {
    const other = await source.openAdmin();
    await other.query('START TRANSACTION');
    await other.query('UPDATE shop.orders SET n = 77 WHERE id = 2');

    const snapshot = await aSnapshot(source.target, { databases: ['shop'], lockWaitMs: 1000 });
    await other.query('COMMIT');
    const rows = await snapshot.countRows(snapshot.tables[1]!, never);
    await snapshot.close();
    other.destroy();

    expect(snapshot.lock).toMatchObject({ method: 'backup-stage', tries: 1 });
    expect(rows).toBe(100);
  });
});

describe('an account', () => {
  const visible = 'SELECT, SHOW VIEW, TRIGGER, EVENT, EXECUTE';

  it.each<[string, string[], LockMethod, boolean]>([
    ['of an administrator', ['GRANT ALL ON *.* TO @'], 'backup-stage', true],
    ['with RELOAD', [`GRANT ${visible}, RELOAD, BINLOG MONITOR ON *.* TO @`], 'backup-stage', true],
    ['that may only read', [`GRANT ${visible} ON *.* TO @`], 'binlog-snapshot', true],
    [
      'that owns one database',
      ['GRANT ALL ON shop.* TO @', 'GRANT SELECT ON mysql.proc TO @'],
      'binlog-snapshot',
      true,
    ],
    ['with a role', ['GRANT reading TO @', 'SET DEFAULT ROLE reading FOR @'], 'binlog-snapshot', true],
  ])('%s gets the best method it may use', async (name, grants, method, isExact) => {
    const target = await anAccount(name, grants);

    const snapshot = await aSnapshot(target, { databases: ['shop'] });
    expect(await movedTables(snapshot)).toEqual([]);
    await snapshot.close();

    expect(snapshot.lock.method).toBe(method);
    expect(snapshot.isCoordinateExact).toBe(isExact);
    expect(snapshot.coordinate.file).not.toBeNull();
    expect((await inspectServer(target, { databases: ['shop'], signal: never })).lockMethod).toBe(method);
  });

  it('without any lock or binlog right is read over one connection, and says so', async () => {
    const target = await anAccount('alone', [`GRANT ${visible} ON *.* TO @`]);

    const snapshot = await aSnapshot(target, {
      databases: ['shop'],
      readers: 4,
      methods: ['backup-stage', 'global-read-lock', 'table-locks', 'single-connection'],
    });
    await snapshot.close();

    expect(snapshot.lock).toEqual({ method: 'single-connection', waitedMs: 0, heldMs: 0, tries: 1 });
    expect(snapshot.isCoordinateExact).toBe(false);
    expect(snapshot.coordinate).toEqual({ file: null, position: null, gtid: null });
    expect(snapshot.unisolatedTables).toEqual([{ database: 'shop', name: 'hits' }]);
  });

  it.each<[string, string[], string]>([
    ['without TRIGGER', ['GRANT SELECT, SHOW VIEW, EVENT, EXECUTE ON *.* TO @'], 'TRIGGER'],
    ['without SHOW VIEW', ['GRANT SELECT, TRIGGER, EVENT, EXECUTE ON *.* TO @'], 'SHOW VIEW'],
    ['without EVENT', ['GRANT SELECT, SHOW VIEW, TRIGGER, EXECUTE ON *.* TO @'], ''],
    ['that sees no routines', ['GRANT SELECT, SHOW VIEW, TRIGGER, EVENT ON shop.* TO @'], 'EXECUTE'],
    [
      'that sees names of routines, not bodies',
      ['GRANT SELECT, SHOW VIEW, TRIGGER, EVENT, EXECUTE ON shop.* TO @'],
      'SHOW_ROUTINE',
    ],
    [
      'without SELECT on one table',
      [
        'GRANT SHOW VIEW, TRIGGER, EVENT, EXECUTE ON shop.* TO @',
        'GRANT SELECT ON mysql.proc TO @',
        'GRANT SELECT ON shop.hits TO @',
      ],
      '',
    ],
  ])('%s is refused or told what is missing, never given a shorter picture', async (name, grants, privilege) => {
    const target = await anAccount(name, grants);
    const steps: InspectionStep[] = [];

    const refusal = {
      code: 'mysql.no-privilege',
      ...(privilege === '' ? {} : { facts: expect.objectContaining({ privilege }) as unknown }),
    };
    await expect(
      inspectServer(target, { databases: ['shop'], signal: never, onStep: (step) => steps.push(step) }),
    ).rejects.toMatchObject(refusal);
    expect(steps.map(({ id, ok, errorCode }) => [id, ok, errorCode])).toEqual([
      ['login', true, null],
      ['privileges', false, 'mysql.no-privilege'],
    ]);
    const outcome = await aSnapshot(target, { databases: ['shop'] }).then(
      async (snapshot) => {
        const errors = await Promise.all(
          snapshot.tables.map((table) => snapshot.countRows(table, never).catch((error: unknown) => error)),
        );
        await snapshot.close();
        // What is not shown is named, so that no run with it is green.
        const named = [...snapshot.unreadableTables, ...snapshot.unreadableObjects].find(
          ({ reason }) => reason === 'denied',
        );
        return errors.find((error) => error instanceof Error) ?? named?.error;
      },
      (error: unknown) => error,
    );
    expect(outcome).toMatchObject({ code: 'mysql.no-privilege' });
  });

  it('that may not see a database is told that it is missing', async () => {
    const target = await anAccount('elsewhere', ['GRANT USAGE ON *.* TO @']);

    await expect(aSnapshot(target, { databases: ['shop'] })).rejects.toMatchObject({ code: 'mysql.database-missing' });
  });
});

it('inspects a server step by step', async () => {
  const steps: InspectionStep[] = [];
  const found = await inspectServer(source.target, {
    databases: ['shop'],
    signal: never,
    onStep: (step) => steps.push(step),
  });

  expect(steps.map(({ id, ok }) => [id, ok])).toEqual([
    ['login', true],
    ['privileges', true],
    ['tables', true],
  ]);
  expect(steps[2]?.facts).toMatchObject({ databases: 1, tables: 2, nonTransactional: 1 });
  expect(found.shapes).toEqual([
    {
      database: 'shop',
      tables: new Map([
        ['hits', ['id', 'n']],
        ['orders', ['id', 'n']],
      ]),
    },
  ]);
  expect(found.canSeeBinlog).toBe(true);
});

async function anAccount(name: string, grants: readonly string[]): Promise<MysqlTarget> {
  const user = name.replaceAll(' ', '_').slice(0, 60);
  const account = `'${user}'@'%'`;
  await source.run(
    'CREATE ROLE IF NOT EXISTS reading',
    'GRANT SELECT, SHOW VIEW, TRIGGER, EVENT, EXECUTE ON *.* TO reading',
    `CREATE OR REPLACE USER ${account} IDENTIFIED BY 'pw'`,
    ...grants.map((grant) => grant.replace('@', account)),
  );
  return source.as(user, 'pw');
}

/** Statements that wait for a lock right now. */
async function waiting(): Promise<string[]> {
  const rows = await source.admin.query(
    "SELECT info FROM information_schema.PROCESSLIST WHERE state LIKE 'Waiting for%lock%' OR state LIKE 'Waiting for table flush%'",
  );
  return rows.map((row) => row.get('info') ?? '');
}
