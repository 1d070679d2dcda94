import type { LedgerDefinition } from '../../../../../shared/model/database.ts';
import type { MysqlSnapshot } from '../types.ts';
import { never, type SourceServer } from './source-server.ts';

/**
 * A bank in which money moves from one side to the other: every picture of one instant holds `bankTotal` cents, and as many rows in `moves`
 * as transactions have been.
 */
const accounts = 50;
const centsEach = 1000;
export const bankTotal = BigInt(2 * accounts * centsEach);

const allAccounts = Array.from({ length: accounts }, (_, n) => `(${n + 1}, ${centsEach})`).join(', ');

export const bankStatements: readonly string[] = [
  'CREATE DATABASE bank',
  'CREATE TABLE bank.left_side (id int PRIMARY KEY, cents bigint NOT NULL) ENGINE=InnoDB',
  'CREATE TABLE bank.right_side (id int PRIMARY KEY, cents bigint NOT NULL) ENGINE=InnoDB',
  'CREATE TABLE bank.moves (id int AUTO_INCREMENT PRIMARY KEY, cents bigint NOT NULL) ENGINE=InnoDB',
  `INSERT INTO bank.left_side VALUES ${allAccounts}`,
  `INSERT INTO bank.right_side VALUES ${allAccounts}`,
];

export interface BankWriters {
  /** Transactions of the server that were no moves, as its GTID counts. */
  readonly before: bigint;
  stop(): Promise<void>;
}

export async function startBankWriters(source: SourceServer, count: number): Promise<BankWriters> {
  const variable = source.server.flavour === 'mysql' ? '@@GLOBAL.gtid_executed' : '@@GLOBAL.gtid_binlog_pos';
  const [row] = await source.admin.query(`SELECT ${variable} AS gtid, (SELECT COUNT(*) FROM bank.moves) AS moves`);
  const before = transactionsIn(row?.get('gtid') ?? null) - BigInt(row?.get('moves') ?? 0);
  let isStopped = false;
  const writers = Array.from({ length: count }, async (_, writer) => {
    const connection = await source.openAdmin();
    for (let n = 0; !isStopped; n += 1) {
      const id = ((n * 7 + writer) % accounts) + 1;
      await connection.query('BEGIN');
      await connection.query(`UPDATE bank.left_side SET cents = cents - 3 WHERE id = ${id}`);
      await connection.query('INSERT INTO bank.moves (cents) VALUES (3)');
      await connection.query(`UPDATE bank.right_side SET cents = cents + 3 WHERE id = ${id}`);
      await connection.query('COMMIT');
    }
    connection.close();
  });
  return {
    before,
    async stop() {
      isStopped = true;
      await Promise.all(writers);
    },
  };
}

/** The cents of one side, as the server adds them up inside the snapshot. */
export async function centsOf(snapshot: MysqlSnapshot, table: 'left_side' | 'right_side'): Promise<bigint> {
  const ledger: LedgerDefinition = {
    name: table,
    database: 'bank',
    table,
    amountColumn: 'cents',
    unit: 'cent',
    currency: 'CNY',
    statusColumn: null,
    paidValues: [],
  };
  return BigInt((await snapshot.ledgerSum(ledger, never)).sum);
}

/** How many transactions a GTID counts: `uuid:1-57` or `0-1-57`. */
export function transactionsIn(gtid: string | null): bigint {
  return BigInt(/(\d+)$/.exec(gtid ?? '')?.[1] ?? 0);
}
