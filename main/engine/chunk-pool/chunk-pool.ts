import { availableParallelism } from 'node:os';
import { Piscina } from 'piscina';
import { AppError } from '../../../shared/errors/app-error.ts';
import { workerUrl } from '../platform/asset-path.ts';
import { isSmallObject, type EncodedObject, type EncodingKeys } from '../repository/index.ts';
import { compiledRowModule } from '../source/mysql/rows/index.ts';
import { checkObject, type CheckedObject, type CheckTask, type VerifyTask } from './check-object.ts';
import type {
  DecodedRows,
  DecodeTask,
  Digests,
  DigestTask,
  EncodedChunk,
  EncodeTask,
  FileTask,
  WorkFailure,
} from './chunk-worker.ts';

/** Below this a copy is cheaper. Bytes. */
const worthHandingOver = 64 * 1024;

/**
 * Threads for the CPU work on chunks (compress, encrypt, hash and back), so that the socket loop never waits for more than
 * the check of a small object. The keys travel to the threads in memory only. Errors are those of the work, as `AppError`.
 */
export class ChunkPool {
  readonly #pool: Piscina;
  readonly #keys: EncodingKeys;

  constructor(keys: EncodingKeys, threads = Math.max(1, Math.min(8, availableParallelism()))) {
    const { idKey, encKey, vaultPublicKey, formerVaultKeys } = keys;
    this.#keys = keys;
    this.#pool = new Piscina({
      filename: workerUrl(new URL('./chunk-worker.ts', import.meta.url), 'chunk-worker.js').href,
      minThreads: threads,
      maxThreads: threads,
      workerData: { keys: { idKey, encKey, vaultPublicKey, formerVaultKeys }, rowModule: compiledRowModule() },
      // The work is on bytes and makes few objects: the usual young generation would only be memory kept.
      resourceLimits: { maxYoungGenerationSizeMb: 8 },
      // An empty environment: threads need none of it, and a passphrase may have come that way.
      env: {},
    });
    // A thread that dies outside a task (its file does not load) is told here only. Without an ear the process would end; with threads
    // that never come, tasks would wait for ever: so all of them fail.
    this.#pool.on('error', () => {
      this.#pool.destroy().catch(() => undefined);
    });
  }

  /** `same`: the rows are those that `task.unlessSame` stands for. `task.bytes` is handed over and must not be used afterwards. */
  encode(task: EncodeTask, signal: AbortSignal): Promise<EncodedChunk | 'same'> {
    return this.#run<EncodedChunk | 'same'>('encode', task, signal, [task.bytes.buffer]);
  }

  /** `task.bytes` is handed over and must not be used afterwards. */
  async verify({ id, bytes }: VerifyTask, signal: AbortSignal): Promise<void> {
    if (this.#checkHere({ id, bytes }, signal) !== null) return;
    await this.#run<undefined>('verify', { id, bytes }, signal, ownsItsMemory(bytes) ? [bytes.buffer] : []);
  }

  /** The bytes come back when they are sound: use those, `task.bytes` is handed over. */
  async check(task: CheckTask, signal: AbortSignal): Promise<CheckedObject> {
    const { bytes } = task;
    return (
      this.#checkHere(task, signal) ??
      this.#run<CheckedObject>('check', task, signal, ownsItsMemory(bytes) ? [bytes.buffer] : [])
    );
  }

  /** `task.bytes` is handed over and must not be used afterwards. */
  encodeFile(task: FileTask, signal: AbortSignal): Promise<EncodedObject> {
    return this.#run<EncodedObject>('encodeFile', task, signal, [task.bytes.buffer]);
  }

  decode(task: DecodeTask, signal: AbortSignal): Promise<DecodedRows> {
    return this.#run<DecodedRows>('decode', task, signal);
  }

  /** `task.bytes` is handed over and must not be used afterwards. */
  digest(task: DigestTask, signal: AbortSignal): Promise<Digests | 'same'> {
    return this.#run<Digests | 'same'>('digest', task, signal, [task.bytes.buffer]);
  }

  async close(): Promise<void> {
    await this.#pool.destroy();
  }

  /** A small object is checked in less time than a thread is told of it, and leaves nothing behind in the memory of two. */
  #checkHere(task: CheckTask, signal: AbortSignal): CheckedObject | null {
    signal.throwIfAborted();
    return isSmallObject(task.bytes) ? checkObject(this.#keys, task) : null;
  }

  async #run<T>(name: string, task: object, signal: AbortSignal, transferList: ArrayBuffer[] = []): Promise<T> {
    signal.throwIfAborted();
    // The signal is not handed on: Piscina would end the thread of a running task, and with it tasks that others wait for. A
    // piece of work takes milliseconds; after an abort its result is simply not used.
    const result = (await this.#pool.run(task, { name, transferList })) as T | WorkFailure;
    signal.throwIfAborted();
    if (isFailure(result)) throw new AppError(result.failed.code, result.failed.facts);
    return result;
  }
}

/** A small buffer may be a piece of Node's pool, which cannot be handed over. */
function ownsItsMemory(bytes: Uint8Array): bytes is Uint8Array<ArrayBuffer> {
  const { buffer } = bytes;
  return (
    buffer instanceof ArrayBuffer && buffer.byteLength === bytes.byteLength && bytes.byteLength >= worthHandingOver
  );
}

function isFailure(result: unknown): result is WorkFailure {
  return typeof result === 'object' && result !== null && 'failed' in result;
}
