import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { toAppError } from '../../../../shared/errors/app-error.ts';
import type { VerbInput, VerbOutput } from '../../../../shared/ipc/engine-verbs.ts';
import type { CheckResult } from '../../../../shared/model/snapshot.ts';
import { openEngine, type Engine } from '../../jobs/index.ts';

type BackupOutput = VerbOutput<'backup.run'>;

/** What an owner sees of one run: its result, or the code of its error. */
export type Seen =
  | { readonly kind: 'kept'; readonly output: BackupOutput; readonly failed: readonly CheckResult[] }
  | { readonly kind: 'refused'; readonly code: string };

export interface Access {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
}

/** An owner with one home and one disk, and sources that may be sick. Everything goes through the engine's verbs. */
export interface OwnerRig {
  readonly engine: Engine;
  readonly diskPath: string;
  addSource(name: string, access: Access, fields?: Partial<VerbInput<'source.add'>>): Promise<void>;
  backUp(source: string): Promise<Seen>;
  /** Ids of the snapshots of one source, newest first. */
  snapshots(source: string): Promise<string[]>;
  /** Reads everything back; throws unless every object is sound. */
  expectSound(): Promise<void>;
  restore(source: string, access: Access, as: string): Promise<VerbOutput<'restore.run'>>;
  close(): Promise<void>;
}

const vaultPassphrase = 'another horse for the vault';

/** `onPhase` is called before anything of the phase has happened: the engine tells the first step of each at once. */
export async function startOwner(onPhase: (phase: string) => void = () => undefined): Promise<OwnerRig> {
  const dir = await mkdtemp(join(tmpdir(), 'shouhu-owner-'));
  const diskPath = join(dir, 'disk');
  await mkdir(diskPath);
  const onProgress = ({ phase }: { readonly phase: string }) => onPhase(phase);
  const engine = await openEngine({ homeDir: join(dir, 'home'), language: 'en', onProgress });
  const passphrases = { passphrase: 'correct horse battery staple', vaultPassphrase };
  await engine.call('home.init', { ...passphrases, kitDir: null, language: 'en' });
  await engine.call('destination.add', { name: 'disk', place: null, kind: 'disk', path: diskPath, role: 'main' });
  return {
    engine,
    diskPath,
    async addSource(name, access, fields = {}) {
      const plain = {
        ssh: null,
        databases: [name],
        preset: 'none',
        secretColumns: [],
        ledgers: [],
        files: [],
      } as const;
      const source = { ...plain, databases: [name], secretColumns: [], ledgers: [], files: [], ...fields };
      await engine.call('source.add', { name, mysql: access, ...source });
    },
    async backUp(source) {
      try {
        const output = await engine.call('backup.run', { source, to: [], maxBytesPerSecond: null });
        return { kind: 'kept', output, failed: output.checks.filter(({ ok }) => !ok) };
      } catch (error) {
        return { kind: 'refused', code: toAppError(error).code };
      }
    },
    async snapshots(source) {
      const { snapshots } = await engine.call('snapshots.list', { source, atDestination: null });
      return snapshots.map(({ id }) => id);
    },
    async expectSound() {
      const read = await engine.call('verify.run', { destination: 'disk', readPercent: 100, healFrom: null });
      if (read.damaged.length > 0 || read.missing.length > 0) throw new Error(JSON.stringify(read));
    },
    restore: (source, access, as) =>
      engine.call('restore.run', {
        source,
        snapshot: 'latest',
        from: null,
        databases: [],
        tables: [],
        into: { kind: 'server', target: { ...access, ssh: null } },
        as,
        vault: { passphrase: vaultPassphrase },
      }),
    async close() {
      await engine.close();
      await rm(dir, { recursive: true, force: true });
    },
  };
}

/** The run was kept with no failed check; else what was wrong is thrown. */
export function green(seen: Seen): BackupOutput {
  if (seen.kind === 'kept' && seen.failed.length === 0) return seen.output;
  throw new Error(`not green: ${JSON.stringify(seen.kind === 'kept' ? seen.failed : seen)}`);
}

/** The run was kept and is not green: what did not hold, by id. */
export function red(seen: Seen): Record<string, CheckResult['facts']> {
  if (seen.kind === 'refused') throw new Error(`refused: ${seen.code}`);
  if (seen.failed.length === 0) throw new Error('green');
  return Object.fromEntries(seen.failed.map(({ id, facts }) => [id, facts]));
}

export function warnings(output: BackupOutput): Record<string, CheckResult['facts']> {
  const warned = output.checks.filter(({ ok, facts }) => ok && facts['warning'] === true);
  return Object.fromEntries(warned.map(({ id, facts }) => [id, facts]));
}
