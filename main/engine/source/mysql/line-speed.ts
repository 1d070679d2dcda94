import { connectMysql } from './connect.ts';
import type { MysqlTarget } from './types.ts';

/** Enough to let a young TCP connection find its pace. */
const warmUpBytes = 64 * 1024;
const measuredBytes = 256 * 1024;

/**
 * How many bytes a second come over the line to the server, without the time that one round trip takes. Asks for 320 KiB of nothing in
 * particular: a quarter of a second at 10 Mbit/s, and nothing that the server's disks know of.
 *
 * Null when the server would not send as much (`max_allowed_packet`). Errors: those of `connectMysql` and `query`.
 */
export async function measureLine(target: MysqlTarget, signal: AbortSignal): Promise<number | null> {
  const connection = await connectMysql(target, { signal });
  try {
    const timed = async (bytes: number) => {
      const startedMs = performance.now();
      const [row] = await connection.query(`SELECT REPEAT('0', ${bytes}) AS filler`, { signal });
      return row?.get('filler')?.length === bytes ? performance.now() - startedMs : null;
    };
    const roundTripMs = await timed(1);
    await timed(warmUpBytes);
    const tookMs = await timed(measuredBytes);
    if (roundTripMs === null || tookMs === null) return null;
    return (measuredBytes / Math.max(tookMs - roundTripMs, 1)) * 1000;
  } finally {
    connection.close();
  }
}
