import { move, transferableSymbol, valueSymbol } from 'piscina';

/**
 * Wraps what a worker returns so that its byte arrays are handed over instead of copied. A view on a part of a larger buffer
 * is copied first: handing over the whole would also take what other code still uses.
 */
export function handOver<T extends object>(value: T): T {
  const buffers: ArrayBuffer[] = [];
  const owned = Object.fromEntries(Object.entries(value).map(([key, field]) => [key, own(field, buffers)]));
  return move({
    get [transferableSymbol]() {
      return buffers;
    },
    get [valueSymbol]() {
      return owned;
    },
  }) as unknown as T;
}

function own(field: unknown, buffers: ArrayBuffer[]): unknown {
  if (field instanceof Uint8Array) {
    const bytes = ownsItsMemory(field) ? field : new Uint8Array(field);
    buffers.push(bytes.buffer as ArrayBuffer);
    return bytes;
  }
  if (field !== null && typeof field === 'object' && 'bytes' in field && field.bytes instanceof Uint8Array) {
    return { ...field, bytes: own(field.bytes, buffers) };
  }
  return field;
}

/** What was decompressed has a byte behind it that nobody uses (`crypto/codec.ts`). */
function ownsItsMemory({ buffer, byteOffset, byteLength }: Uint8Array): boolean {
  return buffer instanceof ArrayBuffer && byteOffset === 0 && buffer.byteLength - byteLength <= 1;
}
