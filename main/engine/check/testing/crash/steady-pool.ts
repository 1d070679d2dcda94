import { hash } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import type { VerifyTask } from '../../../chunk-pool/check-object.ts';
import { ChunkPool } from '../../../chunk-pool/chunk-pool.ts';
import type { DecodedRows, DecodeTask, EncodeTask } from '../../../chunk-pool/chunk-worker.ts';
import { verifyObject, type MainKeys } from '../../../repository/index.ts';

/**
 * One thread that does one thing at a time, and whose next answer comes only when everything that followed from the last one has happened: so
 * writers make the same calls in the same order in every run, and a crash point is found again by its number. Bytes that it has verified
 * or decoded before are known: thousands of crash states hold mostly the same objects.
 */
export class SteadyPool extends ChunkPool {
  readonly #keys: MainKeys;
  readonly #verified = new Set<string>();
  readonly #decoded = new Map<string, Promise<DecodedRows>>();
  #last: Promise<unknown> = Promise.resolve();

  constructor(keys: MainKeys) {
    super(keys, 1);
    this.#keys = keys;
  }

  override encode(task: EncodeTask, signal: AbortSignal) {
    return this.#inTurn(() => super.encode(task, signal));
  }

  override async verify({ id, bytes }: VerifyTask, signal: AbortSignal): Promise<void> {
    await Promise.resolve();
    signal.throwIfAborted();
    const content = `${id} ${hash('sha256', bytes, 'hex')}`;
    if (!this.#verified.has(content)) verifyObject(this.#keys, id, bytes);
    this.#verified.add(content);
  }

  override decode(task: DecodeTask, signal: AbortSignal): Promise<DecodedRows> {
    const parts = [task.open, task.sealed].map((part) => `${part?.id} ${hash('sha256', part?.bytes ?? '', 'hex')}`);
    const content = [...parts, task.schema.name, task.rowsBefore].join(' ');
    const known = this.#decoded.get(content) ?? this.#inTurn(() => super.decode(task, signal));
    this.#decoded.set(content, known);
    return known;
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.#last.then(work);
    this.#last = mine.then(
      () => setImmediate(),
      () => setImmediate(),
    );
    return mine;
  }
}
