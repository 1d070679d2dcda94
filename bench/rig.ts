import { execFile } from 'node:child_process';
import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { PrivateSshd } from '../main/engine/demo/private-sshd.ts';
import type { PrivateServer } from '../main/engine/sandbox/index.ts';
import type { SourceInput } from '../shared/model/source.ts';
import type { VerbOutput } from '../shared/ipc/engine-verbs.ts';
import { bundleEngine } from './bundle.ts';
import { EngineClient, type Measured } from './engine-client.ts';
import { cpuSeconds } from './process-figures.ts';

/** One home with its sources, and measured calls of the engine on it, each in a new process. */

export const passphrase = 'correct horse battery staple bench';
export const vaultPassphrase = 'another long passphrase for the vault';

export interface SourceAt {
  readonly name: string;
  readonly server: PrivateServer;
  readonly sshd: PrivateSshd | null;
  readonly databases: readonly string[];
  /** As `table.column`; absent: none. */
  readonly secretColumns?: readonly string[];
  /** Absent: found by its tables. */
  readonly preset?: 'auto' | 'none';
}

export interface BackupFigures extends Measured<'backup.run'> {
  readonly storedBytes: number;
  /** Of the rows, as the manifest counts it. */
  readonly textBytes: number;
  readonly serverCpuMs: number | undefined;
}

export class Rig {
  readonly homeDir: string;
  readonly #dir: string;
  readonly #profileDir: string | null;
  #program: string | undefined;
  #client: EngineClient | undefined;

  /** @param profileDir where CPU profiles of measured calls go, or null for none */
  constructor(dir: string, profileDir: string | null) {
    this.#dir = dir;
    this.homeDir = join(dir, 'home');
    this.#profileDir = profileDir;
  }

  async init(sources: readonly SourceAt[]): Promise<void> {
    await mkdir(this.#dir, { recursive: true });
    this.#program = await bundleEngine(join(this.#dir, 'program'));
    await this.withEngine(null, async (engine) => {
      await engine.call('home.init', { passphrase, vaultPassphrase, kitDir: null, language: 'en' });
      for (const source of sources) await engine.call('source.add', sourceInput(source));
    });
  }

  async addSource(source: SourceAt): Promise<void> {
    await this.withEngine(null, async (engine) => {
      await engine.call('home.unlock', { passphrase });
      await engine.call('source.add', sourceInput(source));
    });
  }

  /** A backup into a new, empty disk repository called `destination`; `again` uses one that is there. */
  async backUp(source: string, destination: string, server: PrivateServer, again = false): Promise<BackupFigures> {
    const path = this.repositoryDir(destination);
    return this.withEngine(this.#profileDir, async (engine) => {
      await engine.call('home.unlock', { passphrase });
      if (!again) {
        await mkdir(path, { recursive: true });
        await engine.call('destination.add', { name: destination, place: null, kind: 'disk', path, role: 'main' });
      }
      await flushDisks();
      const before = await cpuSeconds(server.pid);
      const measured = await engine.call('backup.run', { source, to: [destination], maxBytesPerSecond: null });
      const after = await cpuSeconds(server.pid);
      assertGreen(measured.output);
      const { output } = await engine.call('snapshot.show', { snapshot: measured.output.snapshot.id });
      return {
        ...measured,
        textBytes: output.tables.reduce((sum, { textBytes }) => sum + textBytes, 0),
        storedBytes: await folderBytes(path),
        serverCpuMs: before === undefined || after === undefined ? undefined : (after - before) * 1000,
      };
    });
  }

  /** An empty repository on a disk. */
  async addDisk(name: string, role: 'main' | 'second-disk'): Promise<void> {
    const path = this.repositoryDir(name);
    await mkdir(path, { recursive: true });
    await this.withEngine(null, async (engine) => {
      await engine.call('home.unlock', { passphrase });
      await engine.call('destination.add', { name, place: null, kind: 'disk', path, role });
    });
  }

  /** Restores the newest snapshot of `source` into another server, the vault opened. */
  async restore(source: string, from: string, server: PrivateServer): Promise<Measured<'restore.run'>> {
    return this.withEngine(this.#profileDir, async (engine) => {
      await engine.call('home.unlock', { passphrase });
      const { user, password } = server;
      return engine.call('restore.run', {
        source,
        snapshot: 'latest',
        from,
        databases: [],
        tables: [],
        into: { kind: 'server', target: { host: '127.0.0.1', port: server.port ?? 0, user, password, ssh: null } },
        as: null,
        vault: { passphrase: vaultPassphrase },
      });
    });
  }

  /** Reads every object of a destination back. */
  verify(destination: string): Promise<Measured<'verify.run'>> {
    return this.withEngine(this.#profileDir, async (engine) => {
      await engine.call('home.unlock', { passphrase });
      return engine.call('verify.run', { destination, readPercent: 100, healFrom: null });
    });
  }

  async removeRepository(destination: string): Promise<void> {
    await this.withEngine(null, async (engine) => {
      await engine.call('home.unlock', { passphrase });
      await engine.call('destination.remove', { name: destination });
    });
    await rm(this.repositoryDir(destination), { recursive: true, force: true });
  }

  repositoryDir(destination: string): string {
    return join(this.#dir, `repository-${destination}`);
  }

  /** For the way out after a failure or a cancel. */
  kill(): void {
    this.#client?.kill();
  }

  /** A home that knows nothing, for as long as `use` takes. */
  async onBareHome<T>(use: (engine: EngineClient) => Promise<T>): Promise<T> {
    const homeDir = join(this.#dir, 'bare-home');
    try {
      return await this.#run(homeDir, null, use);
    } finally {
      await rm(homeDir, { recursive: true, force: true });
    }
  }

  /** A new engine process for `use`. */
  withEngine<T>(profileDir: string | null, use: (engine: EngineClient) => Promise<T>): Promise<T> {
    return this.#run(this.homeDir, profileDir, use);
  }

  async #run<T>(homeDir: string, profileDir: string | null, use: (engine: EngineClient) => Promise<T>): Promise<T> {
    if (this.#program === undefined) throw new Error('init() comes first');
    const engine = new EngineClient(this.#program, homeDir, profileDir);
    this.#client = engine;
    try {
      const result = await use(engine);
      await engine.close();
      return result;
    } finally {
      engine.kill();
    }
  }
}

/** A benchmark of a backup that missed something would be worth nothing. */
function assertGreen({ checks, copies }: VerbOutput<'backup.run'>): void {
  const failed = [...checks.filter(({ ok }) => !ok).map(({ id }) => id), ...copies.filter(({ ok }) => !ok)];
  if (failed.length > 0) throw new Error(`The backup is not green: ${JSON.stringify(failed)}`);
}

function sourceInput({ name, server, sshd, databases, secretColumns = [], preset = 'auto' }: SourceAt): SourceInput {
  const { user, password, port } = server;
  return {
    name,
    mysql: { host: '127.0.0.1', port: port ?? 0, user, password },
    ssh:
      sshd === null
        ? null
        : {
            host: sshd.host,
            port: sshd.port,
            user: sshd.user,
            auth: { kind: 'key', privateKeyPem: sshd.clientKeyPem, keyPassphrase: null },
            fingerprint: sshd.hostKeyFingerprint,
            trustFirst: false,
          },
    databases: [...databases],
    preset,
    secretColumns: [...secretColumns],
    ledgers: [],
    files: [],
  };
}

/** So that a run does not pay for what an earlier one left to be written. */
export async function flushDisks(): Promise<void> {
  if (process.platform === 'linux') await promisify(execFile)('sync');
}

export async function folderBytes(path: string): Promise<number> {
  let total = 0;
  for (const entry of await readdir(path, { recursive: true, withFileTypes: true }))
    if (entry.isFile()) total += (await stat(join(entry.parentPath, entry.name))).size;
  return total;
}
