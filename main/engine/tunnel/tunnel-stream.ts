import { Duplex } from 'node:stream';
import type { ClientChannel } from 'ssh2';
import { AppError } from '../../../shared/errors/app-error.ts';

const stallCheckMs = 1000;

/**
 * One connection through the tunnel, behaving as a socket does. An ssh2 channel does not: a write to a closed one is dropped and
 * never calls back, `destroy(error)` swallows the error, and `close` may never come. Here every write ends, in success or error,
 * and `close` always comes.
 */
export class TunnelStream extends Duplex {
  readonly #channel: ClientChannel;
  readonly #stallCheck: NodeJS.Timeout;
  #pendingWrite: ((error: Error | null) => void) | undefined;

  constructor(channel: ClientChannel) {
    super({ allowHalfOpen: false });
    this.#channel = channel;
    channel.on('data', (bytes: Buffer) => {
      if (!this.push(bytes)) channel.pause();
    });
    channel.on('end', () => this.push(null));
    channel.on('error', (error: Error) => this.destroy(error));
    channel.on('close', () => this.#failPendingWrite());
    // `close` waits until everything was read, and a reader that waits for its own write to finish reads nothing.
    this.#stallCheck = setInterval(() => {
      if (this.#isChannelClosed()) this.#failPendingWrite();
    }, stallCheckMs);
    this.#stallCheck.unref();
  }

  override _read(): void {
    this.#channel.resume();
  }

  override _write(bytes: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#pendingWrite = done;
    if (this.#isChannelClosed()) {
      this.#failPendingWrite();
      return;
    }
    this.#channel.write(bytes, (error) => this.#endWrite(error ?? null));
  }

  override _final(done: (error?: Error | null) => void): void {
    this.#channel.end();
    done();
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    clearInterval(this.#stallCheck);
    this.#channel.removeAllListeners('data');
    this.#channel.resume(); // what was not read must not keep the channel from closing
    this.#channel.destroy();
    this.#endWrite(error ?? closedByPeer());
    done(error);
  }

  #failPendingWrite(): void {
    if (this.#pendingWrite !== undefined) this.#endWrite(closedByPeer());
  }

  #endWrite(error: Error | null): void {
    const done = this.#pendingWrite;
    this.#pendingWrite = undefined;
    done?.(error);
  }

  #isChannelClosed(): boolean {
    const { outgoing } = this.#channel as unknown as { outgoing: { state: string } };
    return outgoing.state !== 'open';
  }
}

function closedByPeer(): AppError {
  return new AppError('tunnel.lost', { reason: 'stream-closed' });
}
