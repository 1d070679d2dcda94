import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib';

/** How a payload is compressed inside an object. The byte is in the envelope, so a later codec needs no new format. */
export const codecs = { none: 0, zstd: 1 } as const;
export type Codec = keyof typeof codecs;

export interface Compressed {
  readonly codec: Codec;
  readonly body: Uint8Array;
}

/** What the compressor is told. Readers need none of it. */
export interface Effort {
  /** zstd level, 1 to 19. */
  readonly level: number;
  /** The farthest match in powers of two; default as the level says. */
  readonly windowLog?: number;
}

export const defaultEffort: Effort = { level: 3 };
/**
 * Rows of a shop are as small at zstd level 1 as at 3 (measured: 1 % smaller), because columns of numbers, times and random secrets
 * give a longer search nothing to find; it takes half the time. A window that fits into the processor's cache takes a third of that
 * off again and loses nothing either: what repeats in rows repeats in the next rows.
 */
export const rowsEffort: Effort = { level: 1, windowLog: 17 };

/** Compresses when that makes the payload smaller. Throws Node's own error when the compressor fails to finish. */
export function compress(payload: Uint8Array, { level, windowLog }: Effort): Compressed {
  const body = zstdCompressSync(payload, {
    params: {
      [constants.ZSTD_c_compressionLevel]: level,
      [constants.ZSTD_c_checksumFlag]: 0,
      ...(windowLog === undefined ? {} : { [constants.ZSTD_c_windowLog]: windowLog }),
    },
    chunkSize: chunkSizeFor(payload.length),
  });
  return body.length < payload.length ? { codec: 'zstd', body } : { codec: 'none', body: payload };
}

/**
 * The payload, or undefined when the body does not decompress to exactly `plaintextBytes`: cut short, trailing bytes, or a
 * bomb. Never allocates more than `plaintextBytes` and one step.
 */
export function decompress({ codec, body }: Compressed, plaintextBytes: number): Uint8Array | undefined {
  if (codec === 'none') return body.length === plaintextBytes ? body : undefined;
  try {
    // `info` also gives the engine: it must have eaten every byte, because Node ignores what follows the end of a frame.
    const result = zstdDecompressSync(body, {
      maxOutputLength: Math.max(1, plaintextBytes),
      // One more than is expected: a step that comes out full would make Node take another one as large, to see whether there is more.
      chunkSize: chunkSizeFor(plaintextBytes + 1),
      info: true,
    }) as unknown as { readonly buffer: Buffer; readonly engine: { readonly bytesWritten: number } };
    return result.buffer.length === plaintextBytes && result.engine.bytesWritten === body.length
      ? result.buffer
      : undefined;
  } catch {
    // Every failure here means the same to the caller: the body is not what the header promised.
    return undefined;
  }
}

function chunkSizeFor(bytes: number): number {
  return Math.min(Math.max(bytes, 1024), 4 * 1024 * 1024);
}
