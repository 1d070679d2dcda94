import { createHash } from 'node:crypto';
import { AppError } from '../../../../shared/errors/app-error.ts';
import type { StreamWarning } from '../../../../shared/model/stream.ts';
import { clockAheadOf, readServerFacts, type MysqlConnection } from '../../source/mysql/index.ts';
import type { StreamServer } from '../../stream/index.ts';

export interface LogFacts {
  readonly server: StreamServer;
  readonly warnings: readonly StreamWarning[];
  /** How far our clock is ahead of the server's; null: nobody knows. */
  readonly clockAheadMs: number | null;
  /** Names of the files that the server still has, oldest first. */
  readonly files: readonly string[];
}

/** With less, a weekend without us is a gap. Seconds. */
const shortRetentionSeconds = 3 * 86_400;

/**
 * What a server says about its binlog. Errors: `binlog.off`; `binlog.unsupported` {storage} where there are no files to follow (MariaDB 12.3,
 * `binlog_storage_engine`); `mysql.no-privilege` (REPLICATION CLIENT, in MariaDB BINLOG MONITOR).
 */
export async function readLogFacts(connection: MysqlConnection, signal: AbortSignal): Promise<LogFacts> {
  const { flavour, version, serverId, serverUuid } = await readServerFacts(connection);
  const wanted = [
    'log_bin',
    'binlog_format',
    'binlog_row_image',
    'binlog_storage_engine',
    'binlog_expire_logs_seconds',
  ];
  const names = wanted.map((name) => `'${name}'`).join(',');
  const rows = await connection.query(`SHOW GLOBAL VARIABLES WHERE Variable_name IN (${names})`, { signal });
  const values = new Map(rows.map((row) => [row.get('variable_name') ?? '', (row.get('value') ?? '').toUpperCase()]));
  if (values.get('log_bin') !== 'ON') throw new AppError('binlog.off', {});
  const storage = values.get('binlog_storage_engine') ?? '';
  if (storage !== '') throw new AppError('binlog.unsupported', { storage });
  const retention = Number(values.get('binlog_expire_logs_seconds') ?? 0);
  const warnings: StreamWarning[] = [];
  if ((values.get('binlog_format') ?? 'ROW') !== 'ROW') warnings.push('not-row-format');
  if (!['FULL', 'FULL_NODUP'].includes(values.get('binlog_row_image') ?? 'FULL')) warnings.push('not-full-rows');
  if (retention > 0 && retention < shortRetentionSeconds) warnings.push('short-retention');
  const logs = await connection.query('SHOW BINARY LOGS', { signal });
  return {
    server: { flavour, version, serverId, serverUuid },
    warnings,
    clockAheadMs: await clockAheadOf(connection),
    files: logs.map((row) => row.get('log_name') ?? ''),
  };
}

/**
 * The number and UUID under which this computer follows that shop's log: always the same, so that a server ends what is left of a connection that
 * was cut, and unlike those of another computer, which it would throw out.
 */
export function replicaIdentity(homeDir: string, sourceId: string): { readonly id: number; readonly uuid: string } {
  const digest = createHash('sha256').update(`shouhu-replica ${sourceId} ${homeDir}`).digest();
  const hex = digest.toString('hex');
  const uuid = [hex.slice(0, 8), hex.slice(8, 12), `4${hex.slice(13, 16)}`, `8${hex.slice(17, 20)}`, hex.slice(20, 32)];
  // Above the numbers that people give their servers.
  return { id: (digest.readUInt32LE(28) | 0x80000000) >>> 0, uuid: uuid.join('-') };
}
