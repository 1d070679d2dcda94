import { createConnection, type Socket } from 'node:net';

/**
 * A socket that reads into one buffer again and again. Node's usual way is a new 64 KiB buffer per read: for a table of a
 * gigabyte sixteen thousand of them, and the garbage collector then runs dozens of times for memory that nobody needed
 * (measured: a third of the engine's CPU time during a first snapshot).
 *
 * Listeners of `data` get copies as always, until a reader that copies for itself asks for the buffer (`borrow`).
 */

/** As much as a kernel hands over at once. */
const bufferBytes = 256 * 1024;
const borrowed = new WeakSet<object>();

export function openLendingSocket(
  place: { readonly path: string } | { readonly host: string; readonly port: number },
): Socket {
  const socket: Socket = createConnection({
    ...place,
    noDelay: true,
    keepAlive: true,
    keepAliveInitialDelay: 10_000,
    onread: {
      buffer: Buffer.allocUnsafeSlow(bufferBytes),
      callback: (bytes, buffer) => {
        const piece = buffer.subarray(0, bytes);
        socket.emit('data', borrowed.has(socket) ? piece : Buffer.from(piece));
        return true;
      },
    },
  });
  return socket;
}

/** From now on `data` of a lending socket is only valid during the call. No other stream is changed by this. */
export function borrow(stream: object): void {
  borrowed.add(stream);
}

export function endBorrowing(stream: object): void {
  borrowed.delete(stream);
}
