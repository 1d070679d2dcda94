import type { BlobStat, BlobStore, PutOptions } from '../blob-store.ts';

export type StoreOperation = 'put' | 'flush' | 'get' | 'stat' | 'list' | 'remove';

/** What goes wrong. `before`: the real call is not made. `after`: it is made, and its answer lost. */
export type FaultEffect =
  | { readonly kind: 'fail'; readonly when: 'before' | 'after'; readonly error: Error }
  /** Runs at that moment: to abort a signal, pull a disk, count. */
  | { readonly kind: 'call'; readonly when: 'before' | 'after'; readonly run: () => void | Promise<void> }
  /** A read gives only the first bytes. */
  | { readonly kind: 'truncate'; readonly toBytes: number }
  /** A read gives one byte with its lowest bit turned over; counts from the end when negative. */
  | { readonly kind: 'flip'; readonly atByte: number }
  /** A stat or list does not know these names yet. */
  | { readonly kind: 'hide'; readonly names: RegExp }
  /** A list breaks off after so many objects. */
  | { readonly kind: 'break-off'; readonly afterItems: number; readonly error: Error };

export interface Fault {
  readonly on: StoreOperation;
  /** Blob name, or prefix for a list. Absent: any. */
  readonly name?: string | RegExp;
  /** Counts matching calls from 1; `every` means all. Default 1: the first call fails, the second does not. */
  readonly nth?: number | 'every';
  readonly effect: FaultEffect;
}

export interface LoggedCall {
  readonly operation: StoreOperation;
  readonly name: string;
  readonly outcome: 'ok' | 'failed';
}

/**
 * A store that breaks on purpose, for proofs that a crash, a lost answer or rotten bytes do no harm. Wraps a real store, usually
 * memory, and writes down each call in the order in which they end.
 */
export class FaultyBlobStore implements BlobStore {
  readonly kind: BlobStore['kind'];
  readonly log: LoggedCall[] = [];
  readonly #inner: BlobStore;
  readonly #faults: { readonly fault: Fault; seen: number }[];

  constructor(inner: BlobStore, faults: readonly Fault[] = []) {
    this.kind = inner.kind;
    this.#inner = inner;
    this.#faults = faults.map((fault) => ({ fault, seen: 0 }));
  }

  /** Adds a fault; its `nth` counts from now. */
  break(fault: Fault): void {
    this.#faults.push({ fault, seen: 0 });
  }

  heal(): void {
    this.#faults.length = 0;
  }

  calls(operation: StoreOperation): string[] {
    return this.log.filter((call) => call.operation === operation).map(({ name }) => name);
  }

  put(name: string, bytes: Uint8Array, options: PutOptions): Promise<{ readonly written: boolean }> {
    return this.#run('put', name, () => this.#inner.put(name, bytes, options));
  }

  /** Counts as one call, under the last of its names. */
  flush(names: Iterable<string>, signal: AbortSignal): Promise<void> {
    const all = [...names];
    return this.#run('flush', all.at(-1) ?? '', () => this.#inner.flush(all, signal));
  }

  get(name: string, options: { readonly signal: AbortSignal; readonly maxBytes?: number }): Promise<Buffer> {
    return this.#run('get', name, async (effects) => damaged(await this.#inner.get(name, options), effects));
  }

  stat(name: string, signal: AbortSignal): Promise<BlobStat | undefined> {
    return this.#run('stat', name, async (effects) => {
      const found = await this.#inner.stat(name, signal);
      return isHidden(name, effects) ? undefined : found;
    });
  }

  async *list(prefix: string, signal: AbortSignal): AsyncIterable<BlobStat> {
    const effects = this.#effectsOf('list', prefix);
    let outcome: LoggedCall['outcome'] = 'failed';
    try {
      await strike(effects, 'before');
      let given = 0;
      for await (const blob of this.#inner.list(prefix, signal)) {
        for (const effect of effects) {
          if (effect.kind === 'break-off' && given >= effect.afterItems) throw effect.error;
        }
        if (isHidden(blob.name, effects)) continue;
        given += 1;
        yield blob;
      }
      await strike(effects, 'after');
      outcome = 'ok';
    } finally {
      this.log.push({ operation: 'list', name: prefix, outcome });
    }
  }

  remove(name: string, signal: AbortSignal): Promise<void> {
    return this.#run('remove', name, () => this.#inner.remove(name, signal));
  }

  close(): Promise<void> {
    return this.#inner.close();
  }

  async #run<T>(
    operation: StoreOperation,
    name: string,
    call: (effects: readonly FaultEffect[]) => Promise<T>,
  ): Promise<T> {
    const effects = this.#effectsOf(operation, name);
    let outcome: LoggedCall['outcome'] = 'failed';
    try {
      await strike(effects, 'before');
      const answer = await call(effects);
      await strike(effects, 'after');
      outcome = 'ok';
      return answer;
    } finally {
      this.log.push({ operation, name, outcome });
    }
  }

  #effectsOf(operation: StoreOperation, name: string): FaultEffect[] {
    const matching = this.#faults.filter(({ fault }) => fault.on === operation && matches(fault.name, name));
    for (const entry of matching) entry.seen += 1;
    return matching
      .filter(({ fault: { nth = 1 }, seen }) => nth === 'every' || nth === seen)
      .map(({ fault }) => fault.effect);
  }
}

async function strike(effects: readonly FaultEffect[], when: 'before' | 'after'): Promise<void> {
  for (const effect of effects) {
    if (effect.kind === 'call' && effect.when === when) await effect.run();
    if (effect.kind === 'fail' && effect.when === when) throw effect.error;
  }
}

function damaged(bytes: Buffer, effects: readonly FaultEffect[]): Buffer {
  let result = bytes;
  for (const effect of effects) {
    if (effect.kind === 'truncate') result = result.subarray(0, effect.toBytes);
    if (effect.kind === 'flip') {
      result = Buffer.from(result);
      const at = effect.atByte < 0 ? result.length + effect.atByte : effect.atByte;
      result[at] = (result[at] ?? 0) ^ 1;
    }
  }
  return result;
}

function isHidden(name: string, effects: readonly FaultEffect[]): boolean {
  return effects.some((effect) => effect.kind === 'hide' && effect.names.test(name));
}

function matches(wanted: string | RegExp | undefined, name: string): boolean {
  return wanted === undefined || (typeof wanted === 'string' ? wanted === name : wanted.test(name));
}
