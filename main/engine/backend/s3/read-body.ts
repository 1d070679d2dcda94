import type { Readable } from 'node:stream';
import { AppError } from '../../../../shared/errors/app-error.ts';
import { tooLarge } from '../blob-names.ts';

export interface ReadBodyLimits {
  readonly name: string;
  readonly maxBytes: number;
  /** What the answer's Content-Length said, if it said anything. */
  readonly expectedBytes: number | undefined;
  /** A body silent for so long is given up: the SDK's own timeouts end with the headers. */
  readonly idleTimeoutMs: number;
  readonly signal: AbortSignal;
}

/**
 * The whole body, or an error: `backend.rejected` above `maxBytes` (before reading, when the length is announced),
 * `backend.unreachable` with reason `short-body` or `idle`, the signal's reason, or the stream's own error.
 */
export async function readBody(body: Readable, limits: ReadBodyLimits): Promise<Buffer> {
  const { name, maxBytes, expectedBytes, idleTimeoutMs, signal } = limits;
  const give = (error: unknown): void => void body.destroy(error instanceof Error ? error : new Error('aborted'));
  const onAbort = (): void => give(signal.reason);
  signal.addEventListener('abort', onAbort, { once: true });
  const idle = setTimeout(() => give(new AppError('backend.unreachable', { reason: 'idle', name })), idleTimeoutMs);
  const parts: Buffer[] = [];
  let sizeBytes = 0;
  try {
    signal.throwIfAborted();
    if (expectedBytes !== undefined && expectedBytes > maxBytes) throw tooLarge(name, maxBytes);
    for await (const part of body as AsyncIterable<Buffer>) {
      idle.refresh();
      sizeBytes += part.length;
      if (sizeBytes > maxBytes) throw tooLarge(name, maxBytes);
      parts.push(part);
    }
    signal.throwIfAborted();
  } finally {
    clearTimeout(idle);
    signal.removeEventListener('abort', onAbort);
    body.destroy();
  }
  if (expectedBytes !== undefined && expectedBytes !== sizeBytes) {
    throw new AppError('backend.unreachable', { reason: 'short-body', name });
  }
  return Buffer.concat(parts, sizeBytes);
}
