import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compatServerNames, compatServers, type CompatServer } from '../../sandbox/testing/compat-servers.ts';
import { inspectServer, type InspectionStep } from './inspect.ts';
import { bankStatements, bankTotal, centsOf, startBankWriters, transactionsIn } from './testing/bank.ts';
import { aSnapshot, never, startCompatSource, tableNamed, type SourceServer } from './testing/source-server.ts';
import { methodsFor } from './start-together.ts';
import type { LockMethod, MysqlSnapshot, MysqlTarget } from './types.ts';

const visible = 'SELECT, SHOW VIEW, TRIGGER, EVENT, EXECUTE';

interface Expected {
  readonly version: RegExp;
  readonly plugin: string;
  /** Accounts, what they may do, and the method that a snapshot then uses. */
  readonly accounts: readonly (readonly [string, readonly string[], LockMethod])[];
  readonly methods: readonly LockMethod[];
}

const expected: Readonly<Record<Exclude<CompatServer, 'local'>, Expected>> = {
  mysql: {
    version: /^9\./,
    plugin: 'caching_sha2_password',
    accounts: [
      ['administrator', ['GRANT ALL ON *.* TO @'], 'global-read-lock'],
      ['with RELOAD', [`GRANT ${visible}, RELOAD, REPLICATION CLIENT, SHOW_ROUTINE ON *.* TO @`], 'global-read-lock'],
      [
        'with FLUSH_TABLES',
        [`GRANT ${visible}, FLUSH_TABLES, REPLICATION CLIENT, SHOW_ROUTINE ON *.* TO @`],
        'global-read-lock',
      ],
      [
        'with LOCK TABLES',
        [`GRANT ${visible}, LOCK TABLES, REPLICATION CLIENT, SHOW_ROUTINE ON *.* TO @`],
        'table-locks',
      ],
      ['that may only read', [`GRANT ${visible}, SHOW_ROUTINE ON *.* TO @`], 'single-connection'],
    ],
    methods: ['global-read-lock', 'table-locks', 'single-connection'],
  },
  mariadb: {
    version: /^11\.8\./,
    plugin: 'mysql_native_password',
    accounts: [
      ['administrator', ['GRANT ALL ON *.* TO @'], 'backup-stage'],
      ['with RELOAD', [`GRANT ${visible}, RELOAD, BINLOG MONITOR, SHOW CREATE ROUTINE ON *.* TO @`], 'backup-stage'],
      ['that may only read', [`GRANT ${visible}, SHOW CREATE ROUTINE ON *.* TO @`], 'binlog-snapshot'],
    ],
    methods: ['backup-stage', 'global-read-lock', 'binlog-snapshot', 'table-locks', 'single-connection'],
  },
};

const present = compatServers('mysql', 'mariadb');

describe.each(['mysql', 'mariadb'] as const)('%s', (kind) => {
  describe.skipIf(!present.includes(kind))(compatServerNames[kind], () => {
    const { version, plugin, accounts, methods } = expected[kind];
    let source: SourceServer;
    beforeAll(async () => {
      source = await startCompatSource(kind);
      await source.run(...bankStatements, 'CREATE PROCEDURE bank.nothing() SELECT 1');
    });
    afterAll(() => source.stop());

    it.each(accounts)(
      'lets an account %s in over TCP and takes the best method it may use',
      async (name, grants, method) => {
        const target = await anAccount(source, name, grants);
        const steps: InspectionStep[] = [];

        const found = await inspectServer(target, {
          databases: ['bank'],
          signal: never,
          onStep: (step) => steps.push(step),
        });
        const snapshot = await aSnapshot(target, { databases: ['bank'] });
        await snapshot.close();

        expect(steps.map(({ id, errorCode }) => [id, errorCode])).toEqual([
          ['login', null],
          ['privileges', null],
          ['tables', null],
        ]);
        expect(found.server).toMatchObject({ flavour: kind, version: expect.stringMatching(version) as unknown });
        expect(found.lockMethod).toBe(method);
        expect(snapshot.lock.method).toBe(method);
        expect(snapshot.isCoordinateExact).toBe(method !== 'single-connection');
        const [account] = await source.admin.query(`SELECT plugin FROM mysql.user WHERE user = '${userOf(name)}'`);
        expect(account?.get('plugin')).toBe(plugin);
      },
    );

    it('is read by exactly these methods, the best first', async () => {
      const snapshot = await aSnapshot(source.target, { databases: ['bank'] });
      await snapshot.close();

      expect(methodsFor(snapshot.server)).toEqual(methods);
    });

    it.each(methods)('shows one state to all readers while money moves (%s)', async (method) => {
      const writers = await startBankWriters(source, 3);
      const rounds = method === 'single-connection' ? 5 : 20;
      let positionsCompared = 0;
      try {
        for (let round = 0; round < rounds; round += 1) {
          const snapshot = await aSnapshot(source.target, {
            databases: ['bank'],
            readers: 3,
            methods: [method],
            lockWaitMs: 30_000,
          });
          try {
            const sides = await Promise.all(
              [1, 2, 3].map(() => Promise.all([centsOf(snapshot, 'left_side'), centsOf(snapshot, 'right_side')])),
            );
            const moves = await Promise.all(
              [1, 2, 3].map(() => snapshot.countRows(tableNamed(snapshot, 'moves'), never)),
            );
            for (const [left, right] of sides) expect(left + right).toBe(bankTotal);
            expect(new Set(moves).size).toBe(1);
            // Each move is one transaction, so one GTID: the coordinate is that at which exactly these rows were there.
            if (snapshot.isCoordinateExact) {
              expect(transactionsIn(snapshot.coordinate.gtid) - BigInt(moves[0] ?? 0)).toBe(writers.before);
              if (kind === 'mysql' && (await hasRightPosition(source, snapshot))) positionsCompared += 1;
            }
            expect(snapshot.lock.method).toBe(method);
            expect(snapshot.isCoordinateExact).toBe(method !== 'single-connection');
          } finally {
            await snapshot.close();
          }
        }
      } finally {
        await writers.stop();
      }
      if (kind === 'mysql' && method !== 'single-connection') expect(positionsCompared).toBeGreaterThan(0);
    });
  });
});

function userOf(name: string): string {
  return name.replaceAll(' ', '_');
}

async function anAccount(source: SourceServer, name: string, grants: readonly string[]): Promise<MysqlTarget> {
  const account = `'${userOf(name)}'@'127.0.0.1'`;
  await source.run(
    `DROP USER IF EXISTS ${account}`,
    `CREATE USER ${account} IDENTIFIED BY 'a pass word'`,
    ...grants.map((grant) => grant.replace('@', account)),
  );
  return source.as(userOf(name), 'a pass word');
}

/** On MySQL file and position must say the same as the GTID set: the transaction that begins there is the first that is not in it. */
async function hasRightPosition(source: SourceServer, { coordinate }: MysqlSnapshot): Promise<boolean> {
  const events = await source.admin.query(`SHOW BINLOG EVENTS IN '${coordinate.file ?? ''}'`);
  const next = events.find((event) => Number(event.get('pos')) >= (coordinate.position ?? 0));
  // Nobody has written since.
  if (next === undefined) return false;
  expect(Number(next.get('pos'))).toBe(coordinate.position);
  expect(next.get('info')).toContain(`:${transactionsIn(coordinate.gtid) + 1n}'`);
  return true;
}
