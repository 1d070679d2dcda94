import { describe, expect, it } from 'vitest';
import { compatServerNames, compatServers, flavourOf } from '../../sandbox/testing/compat-servers.ts';
import { connectMysql } from './connect.ts';
import { runningThreads } from './server-load.ts';
import { lowerPriority } from './session.ts';
import { startCompatSource } from './testing/source-server.ts';

/** What a session says after it lowered its priority, for an account that may only read one database. */
const lowered = {
  mysql: { innodb_parallel_read_threads: '1' },
  mariadb: { thread_pool_priority: 'low', query_cache_type: 'OFF' },
  local: { thread_pool_priority: 'low', query_cache_type: 'OFF' },
} as const;

describe.each(compatServers('mysql', 'mariadb', 'local'))('a session', (kind) => {
  it(`gives way and asks for the load without any right on ${compatServerNames[kind]}`, async () => {
    const source = await startCompatSource(kind);
    try {
      await source.run(
        'CREATE DATABASE shop',
        "CREATE USER poor@'%' IDENTIFIED BY 'reading'",
        "GRANT SELECT ON shop.* TO poor@'%'",
      );
      const connection = await connectMysql(source.as('poor', 'reading'));
      await connection.query('START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY');

      await lowerPriority(connection, flavourOf(kind));

      for (const [name, value] of Object.entries(lowered[kind])) {
        const [row] = await connection.query(`SHOW SESSION VARIABLES LIKE '${name}'`);
        expect([name, row?.get('value')]).toEqual([name, value]);
      }
      expect(await runningThreads(connection)).toBeGreaterThanOrEqual(1);
      connection.close();
    } finally {
      await source.stop();
    }
  });
});
