import { startPrivateServer, type PrivateServer } from '../../../sandbox/index.ts';
import { startCompatServer, type CompatServer } from '../../../sandbox/testing/compat-servers.ts';
import { connectMysql } from '../connect.ts';
import type { MysqlConnection } from '../connection.ts';
import { beginSnapshot } from '../begin-snapshot.ts';
import type { TableSchema } from '../../../../../shared/model/database.ts';
import type { BatchSizes, KeyRange, MysqlSnapshot, MysqlTarget, RawBatch, SnapshotOptions } from '../types.ts';

export const never: AbortSignal = new AbortController().signal;
export const whole: KeyRange = { lower: null, upper: null };

/** A private server with a binlog and an administrator's connection that writes. */
export interface SourceServer {
  readonly server: PrivateServer;
  readonly target: MysqlTarget;
  readonly admin: MysqlConnection;
  /** Runs statements one after the other. */
  run(...statements: readonly string[]): Promise<void>;
  openAdmin(): Promise<MysqlConnection>;
  /** A target that logs in as another account over TCP. */
  as(user: string, password: string): MysqlTarget;
  stop(): Promise<void>;
}

export async function startSource(extraArgs: readonly string[] = []): Promise<SourceServer> {
  return sourceOn(await startPrivateServer({ kind: 'mariadb', binlog: true, durability: 'none', extraArgs }));
}

/** The same on one of the servers of the compatibility suite. */
export function startCompatSource(kind: CompatServer, extraArgs: readonly string[] = []): Promise<SourceServer> {
  return startCompatServer(kind, { extraArgs }).then(sourceOn);
}

async function sourceOn(server: PrivateServer): Promise<SourceServer> {
  const target = {
    host: '127.0.0.1',
    port: server.port ?? 0,
    socketPath: server.socketPath,
    user: server.user,
    password: server.password,
  };
  const openAdmin = () => connectMysql(target);
  const admin = await openAdmin();
  return {
    server,
    target,
    admin,
    openAdmin,
    async run(...statements) {
      for (const statement of statements) await admin.query(statement);
    },
    as: (user, password) => ({ host: '127.0.0.1', port: server.port ?? 0, user, password }),
    stop: () => server.stop(),
  };
}

export function aSnapshot(target: MysqlTarget, options: Partial<SnapshotOptions> = {}): Promise<MysqlSnapshot> {
  return beginSnapshot(target, { readers: 2, isSecret: () => false, lockWaitMs: 5000, signal: never, ...options });
}

/** Names of the tables that DDL has touched since the picture began. Rejects when a transaction is no longer open. */
export async function movedTables(snapshot: MysqlSnapshot): Promise<string[]> {
  const moved: string[] = [];
  for (const table of snapshot.tables) if (!(await snapshot.isUnchanged(table, never))) moved.push(table.name);
  await snapshot.assertStillOpen(never);
  return moved;
}

export function tableNamed(snapshot: MysqlSnapshot, name: string): TableSchema {
  const found = snapshot.tables.find((table) => table.name === name);
  if (found === undefined) throw new Error(`no table ${name}`);
  return found;
}

/** The rows of a batch as field lists, decoded here on their own so that the product's parsing is not its own witness. */
export function rowsOf(batch: Pick<RawBatch, 'bytes' | 'usedBytes'>): (Buffer | null)[][] {
  const bytes = Buffer.from(batch.bytes.buffer, 0, batch.usedBytes);
  const rows: (Buffer | null)[][] = [];
  let at = 0;
  const number = (size: number) => {
    let value = 0;
    for (let i = 0; i < size; i++) value += bytes[at++]! * 2 ** (8 * i);
    return value;
  };
  while (at < bytes.length) {
    const length = number(4);
    const end = at + length;
    const row: (Buffer | null)[] = [];
    while (at < end) {
      const first = number(1);
      if (first === 0xfb) {
        row.push(null);
        continue;
      }
      const fieldLength = first === 0xfc ? number(2) : first === 0xfd ? number(3) : first === 0xfe ? number(8) : first;
      row.push(bytes.subarray(at, at + fieldLength));
      at += fieldLength;
    }
    if (at !== end) throw new Error('a row does not end where it says');
    rows.push(row);
  }
  return rows;
}

export async function readAll(
  snapshot: MysqlSnapshot,
  table: TableSchema,
  range: KeyRange = whole,
  batchBytes = 1 << 20,
): Promise<(Buffer | null)[][]> {
  const rows: (Buffer | null)[][] = [];
  const take = (batch: RawBatch) => {
    rows.push(...rowsOf(batch));
    return Promise.resolve();
  };
  const count = await snapshot.readRange(table, range, evenBatches(batchBytes), take, never);
  if (count !== rows.length) throw new Error(`counted ${count} rows, got ${rows.length}`);
  return rows;
}

export function evenBatches(bytes: number): BatchSizes {
  return { firstBytes: bytes, nextBytes: bytes };
}

export function texts(rows: (Buffer | null)[][]): (string | null)[][] {
  return rows.map((row) => row.map((field) => field?.toString('utf8') ?? null));
}
