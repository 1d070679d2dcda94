import { afterAll, beforeAll, expect, it } from 'vitest';
import { startPrivateServer } from '../../sandbox/index.ts';
import { connectMysql } from './connect.ts';
import { inspectServer, type InspectionStep } from './inspect.ts';
import { never, startSource, type SourceServer } from './testing/source-server.ts';
import type { MysqlTarget } from './types.ts';

/** Whether the live test says that DDL would wait for a whole backup. That it does is proven in backup/testing/ddl-beside-backup-suite.ts. */
let source: SourceServer;
beforeAll(async () => {
  source = await startSource();
  await source.run(
    'CREATE DATABASE shop',
    'CREATE TABLE shop.goods (id int PRIMARY KEY)',
    "CREATE USER 'mo@dest'@'%' IDENTIFIED BY 'a-Pass-1'",
    "GRANT SELECT, SHOW VIEW, TRIGGER, EVENT, EXECUTE ON *.* TO 'mo@dest'@'%'",
  );
});
afterAll(() => source.stop());

async function locksStep(target: MysqlTarget): Promise<InspectionStep | undefined> {
  const steps: InspectionStep[] = [];
  await inspectServer(target, { databases: ['shop'], signal: never, onStep: (step) => steps.push(step) });
  return steps.find(({ id }) => id === 'metadata-locks');
}

it('warns with a statement that ends the warning when it is run', async () => {
  const modest = source.as('mo@dest', 'a-Pass-1');

  const step = await locksStep(modest);

  expect(step).toMatchObject({ ok: true, facts: { warning: true, statement: expect.any(String) as string } });
  await source.run(String(step?.facts['statement']));
  expect(await locksStep(modest)).toBeUndefined();
});

it('says nothing where the account may leave the binlog, or where there is none', async () => {
  expect(await locksStep(source.target)).toBeUndefined();
  const server = await startPrivateServer({ kind: 'mariadb', durability: 'none', memoryMb: 64 });
  try {
    const { port, socketPath, user, password } = server;
    const root = { host: '127.0.0.1', port: port ?? 0, socketPath, user, password };
    const admin = await connectMysql(root);
    await admin.query('CREATE DATABASE shop');
    await admin.query('CREATE TABLE shop.goods (id int PRIMARY KEY)');
    await admin.query("CREATE USER 'modest'@'%' IDENTIFIED BY 'a-Pass-1'");
    await admin.query("GRANT SELECT, SHOW VIEW, TRIGGER, EVENT, EXECUTE ON *.* TO 'modest'@'%'");
    admin.close();
    expect(
      await locksStep({ host: '127.0.0.1', port: port ?? 0, user: 'modest', password: 'a-Pass-1' }),
    ).toBeUndefined();
  } finally {
    await server.stop();
  }
});
