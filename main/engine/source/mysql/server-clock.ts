import { systemClock } from '../../platform/clock.ts';
import type { MysqlConnection } from './connection.ts';

/** A clock that jumped, or a lid that was closed, while the question was under way would be taken for the server's. */
const slowestMs = 60_000;

/**
 * How far this computer's clock is ahead of the server's, in milliseconds; negative: behind. Both are read while one question is under way, so the
 * figure is off by half of its round trip at most, and by the second that it is rounded down to (`UTC_TIMESTAMP` has no fraction: every server that
 * speaks the protocol knows it so). Null when the answer is no time, or
 * so late that the computer may have slept meanwhile.
 */
export async function clockAheadOf(connection: MysqlConnection): Promise<number | null> {
  const askedMs = systemClock.nowMs();
  const [row] = await connection.query('SELECT UTC_TIMESTAMP() AS now');
  const answeredMs = systemClock.nowMs();
  const serverMs = Date.parse(`${(row?.get('now') ?? '').replace(' ', 'T')}Z`);
  const tookMs = answeredMs - askedMs;
  return Number.isNaN(serverMs) || tookMs < 0 || tookMs > slowestMs
    ? null
    : Math.round((askedMs + answeredMs) / 2 - serverMs);
}
