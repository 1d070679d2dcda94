import type { LoadSession } from '../source/mysql/load/load-session.ts';
import { quoteTable, quoteText } from '../source/mysql/index.ts';

/** What a server says about a shop without any help from our own digests. */
export interface ShopFacts {
  readonly rows: number;
  /** `CHECKSUM TABLE … EXTENDED` per table: MariaDB's own checksum. */
  readonly checksums: ReadonlyMap<string, string>;
  /** Decimal text. */
  readonly paidSum: string;
  readonly views: number;
}

/** Asks the server itself, with its own checksum function and plain SQL: an independent witness of the restore. */
export async function readShopFacts(session: LoadSession, database: string, signal: AbortSignal): Promise<ShopFacts> {
  const tables = await session.rows(
    `SELECT TABLE_NAME AS name, TABLE_TYPE AS type FROM information_schema.TABLES WHERE TABLE_SCHEMA = ${quoteText(database)} ORDER BY TABLE_NAME`,
    signal,
  );
  const checksums = new Map<string, string>();
  let rows = 0;
  for (const table of tables.filter((row) => row.get('type') === 'BASE TABLE')) {
    const name = table.get('name') ?? '';
    const [checksum] = await session.rows(`CHECKSUM TABLE ${quoteTable(database, name)} EXTENDED`, signal);
    checksums.set(name, checksum?.get('checksum') ?? '');
    const [count] = await session.rows(`SELECT COUNT(*) AS n FROM ${quoteTable(database, name)}`, signal);
    rows += Number(count?.get('n') ?? 0);
  }
  const [paid] = await session.rows(
    `SELECT SUM(actual_price) AS total FROM ${quoteTable(database, 'orders')} WHERE status IN (2, 3, 4, 5, 6)`,
    signal,
  );
  return {
    rows,
    checksums,
    paidSum: paid?.get('total') ?? '',
    views: tables.filter((row) => row.get('type') === 'VIEW').length,
  };
}
