import { execFile, spawn } from 'node:child_process';
import { createReadStream, createWriteStream } from 'node:fs';
import { open, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { systemClock } from '../platform/clock.ts';
import { startPrivateServer, type PrivateServer } from '../sandbox/index.ts';

/** A dump as it is made by hand, with the place in the log at which it stands. */
export interface HandDump {
  readonly path: string;
  readonly file: string;
  readonly position: number;
}

/** How long each half took. Milliseconds. */
export interface HandRun {
  readonly loadMs: number;
  readonly replayMs: number;
}

/** The comment with the place in the log stands within the first lines. Bytes. */
const headBytes = 64 * 1024;

/**
 * The same job without Shouhu, for the demo's comparison: `mariadb-dump --master-data`, and later `mariadb` and `mariadb-binlog | mariadb` into an
 * empty server. Null where these programs are not on this computer.
 */
export class ByHand {
  readonly #dir: string;
  readonly #shop: PrivateServer;

  constructor(dir: string, shop: PrivateServer) {
    this.#dir = dir;
    this.#shop = shop;
  }

  static async isPossible(): Promise<boolean> {
    for (const program of ['mariadb', 'mariadb-dump', 'mariadb-binlog']) {
      const isThere = await promisify(execFile)(program, ['--version']).then(
        () => true,
        () => false,
      );
      if (!isThere) return false;
    }
    return true;
  }

  async dump(database: string, signal: AbortSignal): Promise<HandDump> {
    const path = join(this.#dir, 'by-hand.sql');
    const options = await optionFile(this.#dir, 'shop', this.#shop);
    const flags = ['--single-transaction', '--quick', '--master-data=2', '--databases', database];
    await run('mariadb-dump', [`--defaults-extra-file=${options}`, ...flags], null, path, signal);
    const head = await beginningOf(path);
    const [, file = '', position = '0'] = /MASTER_LOG_FILE='([^']+)', MASTER_LOG_POS=(\d+)/.exec(head) ?? [];
    return { path, file, position: Number(position) };
  }

  /** Up to a place that somebody has found, on an empty server of their own. */
  async restore(
    { path, file, position }: HandDump,
    stop: { readonly file: string; readonly position: number },
    files: readonly string[],
    signal: AbortSignal,
  ): Promise<HandRun> {
    const server = await startPrivateServer({ durability: 'none', memoryMb: 256, signal });
    try {
      const options = await optionFile(this.#dir, 'scratch', server);
      const client = [`--defaults-extra-file=${options}`, '--binary-mode'];
      const startedMs = systemClock.monotonicMs();
      await run('mariadb', client, path, null, signal);
      const loadedMs = systemClock.monotonicMs();
      const wanted = files.filter((name) => name >= file && name <= stop.file);
      const range = [`--start-position=${position}`, `--stop-position=${stop.position}`];
      const log = spawn('mariadb-binlog', [...range, ...wanted.map((name) => join(this.#shop.dataDir, name))], {
        stdio: ['ignore', 'pipe', 'inherit'],
        signal,
      });
      const into = spawn('mariadb', client, { stdio: ['pipe', 'ignore', 'inherit'], signal });
      await Promise.all([pipeline(log.stdout, into.stdin), ended(log), ended(into)]);
      return { loadMs: loadedMs - startedMs, replayMs: systemClock.monotonicMs() - loadedMs };
    } finally {
      await server.stop();
    }
  }
}

/** The password goes into a file that only its owner reads, never into an argument. */
async function optionFile(dir: string, name: string, server: PrivateServer): Promise<string> {
  const path = join(dir, `by-hand-${name}.cnf`);
  const lines = ['[client]', `user=${server.user}`, `password=${server.password}`, `socket=${server.socketPath}`];
  await writeFile(path, `${lines.join('\n')}\n`, { mode: 0o600 });
  return path;
}

async function run(
  program: string,
  args: readonly string[],
  from: string | null,
  to: string | null,
  signal: AbortSignal,
): Promise<void> {
  const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'inherit'], signal });
  const output = to === null ? child.stdout.resume() : null;
  const work: Promise<unknown>[] = [ended(child)];
  if (to !== null) work.push(pipeline(child.stdout, createWriteStream(to, { mode: 0o600 })));
  if (from === null) child.stdin.end();
  else work.push(pipeline(createReadStream(from), child.stdin));
  await Promise.all(work);
  output?.destroy();
}

function ended(child: ReturnType<typeof spawn>): Promise<void> {
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      if (code === 0) resolve();
      else reject(new Error(`${child.spawnfile} ended with ${String(code)}`));
    });
  });
}

async function beginningOf(path: string): Promise<string> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(headBytes), 0, headBytes, 0);
    return buffer.toString('latin1', 0, bytesRead);
  } finally {
    await file.close();
  }
}
