import { AppError } from '../../../shared/errors/app-error.ts';
import type { SwapAttempt } from '../../../shared/model/swap.ts';
import { pollUntil } from '../platform/poll.ts';
import { quoteName, serverErrno } from '../source/mysql/index.ts';
import type { LoadSession } from '../source/mysql/load/index.ts';
import type { Exchange } from './exchange.ts';

const orphanLimitMs = 30_000;

/** INNODB_TRX is for accounts with PROCESS; without it nobody can be named. */
const notForUs = new Set([1227, 1142, 1109, 1146]);

/** Whoever has held tables for as long as we waited. */
export async function blockersOf(
  session: LoadSession,
  waitS: number,
  signal: AbortSignal,
): Promise<SwapAttempt['blockers']> {
  try {
    return await longTransactions(session, waitS, signal);
  } catch (error) {
    if (notForUs.has(serverErrno(error))) return [];
    throw error;
  }
}

/** Transactions, and statements, that have been going for so long. Errors: as of a query, 1227 without PROCESS. */
export async function longTransactions(
  session: LoadSession,
  seconds: number,
  signal: AbortSignal,
): Promise<SwapAttempt['blockers']> {
  const transactions = await session.rows(
    'SELECT trx_mysql_thread_id AS thread, TIMESTAMPDIFF(SECOND, trx_started, NOW()) AS seconds FROM information_schema.INNODB_TRX',
    signal,
  );
  const ages = new Map(transactions.map((row) => [row.get('thread') ?? '', Number(row.get('seconds') ?? 0)]));
  const own = String(session.connection.threadId);
  return (await session.rows('SHOW FULL PROCESSLIST', signal))
    .filter(
      (row) => row.get('id') !== own && row.get('user') !== 'system user' && row.get('user') !== 'event_scheduler',
    )
    .map((row) => {
      const isBusy = row.get('command') === 'Query' || row.get('command') === 'Execute';
      const statementS = isBusy && !/metadata lock/i.test(row.get('state') ?? '') ? Number(row.get('time') ?? 0) : 0;
      return {
        thread: Number(row.get('id') ?? 0),
        user: row.get('user') ?? '',
        seconds: Math.max(statementS, ages.get(row.get('id') ?? '') ?? 0),
        // Its first words: the rest may hold a card.
        statement: /^\s*(\w+(?:\s+\w+)?)/.exec(row.get('info') ?? '')?.[1]?.slice(0, 60) ?? null,
      };
    })
    .filter((each) => each.seconds >= seconds)
    .sort((a, b) => b.seconds - a.seconds)
    .slice(0, 10);
}

/**
 * A RENAME of ours that outlived the program that sent it would come into the middle of everything: it is ended, and gone before anything is looked at.
 * Error: `swap.already-running` when it does not go.
 */
export async function endOrphans(session: LoadSession, { databases }: Exchange, signal: AbortSignal): Promise<void> {
  const ours = databases.flatMap(({ from, away }) => [quoteName(from), quoteName(away)]);
  const look = async () => {
    const orphans = (await session.rows('SHOW FULL PROCESSLIST', signal)).filter((row) => {
      const statement = row.get('info') ?? '';
      return /^RENAME TABLE /.test(statement) && ours.some((name) => statement.includes(name));
    });
    for (const row of orphans) await session.tryTo(`KILL ${Number(row.get('id') ?? 0)}`, new Set([1094]), signal);
    return orphans.length === 0 ? true : undefined;
  };
  if ((await pollUntil(look, { timeoutMs: orphanLimitMs, everyMs: 20, signal })) === undefined)
    throw new AppError('swap.already-running', {});
}
