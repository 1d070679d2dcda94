import type { BinlogPosition } from '../../source/mysql/binlog/index.ts';
import type { SourceServer } from '../../source/mysql/testing/source-server.ts';

const limitMs = 120_000;

/** A server that replicates from another by itself, and stops where it is told: what a replay is measured against. */
export class RealReplica {
  readonly server: SourceServer;
  readonly #isMysql: boolean;

  private constructor(server: SourceServer) {
    this.server = server;
    this.#isMysql = server.server.flavour === 'mysql';
  }

  /** From the source's end as it is now. */
  static async of(source: SourceServer, server: SourceServer): Promise<RealReplica> {
    const replica = new RealReplica(server);
    const { file, position } = await endOfLog(source);
    const { user, password } = source.target;
    const [change, word] = replica.#isMysql
      ? ['CHANGE REPLICATION SOURCE TO', 'SOURCE']
      : ['CHANGE MASTER TO', 'MASTER'];
    const own = replica.#isMysql ? ['SOURCE_AUTO_POSITION=0', 'GET_SOURCE_PUBLIC_KEY=1'] : ['MASTER_USE_GTID=no'];
    const fields = [
      `${word}_HOST='127.0.0.1', ${word}_PORT=${source.server.port ?? 0}, ${word}_USER='${user}', ${word}_PASSWORD='${password}'`,
      `${word}_LOG_FILE='${file}', ${word}_LOG_POS=${position}`,
      ...own,
    ];
    await server.run(`${change} ${fields.join(', ')}`, `START ${replica.#word} IO_THREAD`);
    return replica;
  }

  get #word(): string {
    return this.#isMysql ? 'REPLICA' : 'SLAVE';
  }

  /** Goes on until everything before this place is done, and stops there. */
  async goTo({ file, position }: BinlogPosition): Promise<void> {
    const word = this.#isMysql ? 'SOURCE' : 'MASTER';
    await this.server.run(
      `START ${this.#word} SQL_THREAD UNTIL ${word}_LOG_FILE='${file}', ${word}_LOG_POS=${position}`,
    );
    const endMs = Date.now() + limitMs;
    for (;;) {
      const [status] = await this.server.admin.query(`SHOW ${this.#word} STATUS`);
      const value = (mysql: string, mariadb: string) => status?.get(this.#isMysql ? mysql : mariadb) ?? '';
      const error = value('last_sql_error', 'last_sql_error') + value('last_io_error', 'last_io_error');
      if (error !== '') throw new Error(`the replica failed: ${error}`);
      const at = `${value('relay_source_log_file', 'relay_master_log_file')}:${value('exec_source_log_pos', 'exec_master_log_pos')}`;
      if (value('replica_sql_running', 'slave_sql_running') === 'No') {
        if (at !== `${file}:${position}`) throw new Error(`the replica stopped at ${at}, not at ${file}:${position}`);
        return;
      }
      if (Date.now() > endMs) throw new Error(`the replica is at ${at} and did not reach ${file}:${position}`);
      await new Promise((resolve) => setTimeout(resolve, 3));
    }
  }
}

export async function endOfLog(source: SourceServer): Promise<BinlogPosition> {
  const last = (await source.admin.query('SHOW BINARY LOGS')).at(-1);
  return { file: last?.get('log_name') ?? '', position: Number(last?.get('file_size')) };
}
