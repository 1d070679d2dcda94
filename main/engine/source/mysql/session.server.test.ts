import { afterAll, beforeAll, expect, it } from 'vitest';
import { aSnapshot, readAll, startSource, tableNamed, type SourceServer } from './testing/source-server.ts';

/** A server as a panel sets it up for speed: a thread pool and a query cache. */
let source: SourceServer;

beforeAll(async () => {
  source = await startSource(['--thread-handling=pool-of-threads', '--query-cache-type=1', '--query-cache-size=1M']);
  await source.run(
    'CREATE DATABASE shop',
    'CREATE TABLE shop.cards (id int PRIMARY KEY)',
    'INSERT INTO shop.cards VALUES (1), (2)',
    "CREATE USER reader@'%' IDENTIFIED BY 'reading'",
    "GRANT SELECT, SHOW VIEW, TRIGGER, EVENT, RELOAD, LOCK TABLES ON *.* TO reader@'%'",
    "SET GLOBAL log_output = 'TABLE'",
  );
});
afterAll(() => source.stop());

it('lets the shop go first: every reader lowers its priority after its transaction began and the lock was let go', async () => {
  await source.run('TRUNCATE mysql.general_log', 'SET GLOBAL general_log = ON');
  const snapshot = await aSnapshot(source.as('reader', 'reading'), { databases: ['shop'], readers: 2 });
  try {
    await source.run('SET GLOBAL general_log = OFF');
    const log = (await source.admin.query('SELECT thread_id, argument FROM mysql.general_log')).map((row) => ({
      thread: row.get('thread_id'),
      statement: row.get('argument') ?? '',
    }));
    const begun = log.filter(({ statement }) => statement.startsWith('START TRANSACTION'));
    const lowered = log.filter(({ statement }) => statement === 'SET SESSION thread_pool_priority = low');

    expect(begun).toHaveLength(2);
    expect(new Set(lowered.map(({ thread }) => thread))).toEqual(new Set(begun.map(({ thread }) => thread)));
    const letGo = log.findIndex(({ statement }) => /^(BACKUP STAGE END|UNLOCK TABLES)/.test(statement));
    expect(letGo).toBeGreaterThan(0);
    expect(Math.min(...lowered.map((entry) => log.indexOf(entry)))).toBeGreaterThan(letGo);
    // The transactions are still the same ones.
    await source.run('INSERT INTO shop.cards VALUES (3)');
    expect(await readAll(snapshot, tableNamed(snapshot, 'cards'))).toHaveLength(2);
  } finally {
    await source.run('SET GLOBAL general_log = OFF');
    await snapshot.close();
  }
});

it('leaves no answer of its own in the query cache', async () => {
  const cached = async () => {
    const [row] = await source.admin.query("SHOW GLOBAL STATUS LIKE 'Qcache_queries_in_cache'");
    return Number(row?.get('value'));
  };
  await source.run('RESET QUERY CACHE', 'SELECT COUNT(*) FROM shop.cards');
  expect(await cached()).toBe(1);
  const snapshot = await aSnapshot(source.as('reader', 'reading'), { databases: ['shop'], readers: 1 });
  try {
    const table = tableNamed(snapshot, 'cards');
    const whole = { lower: null, upper: null };
    const { signal } = new AbortController();
    const first = await snapshot.digestRange(table, whole, 'open', signal);

    expect(await snapshot.digestRange(table, whole, 'open', signal)).toEqual(first);
    expect(await snapshot.countRows(table, signal)).toBe(first.rows);
    expect(await cached()).toBe(1);
  } finally {
    await snapshot.close();
  }
});
