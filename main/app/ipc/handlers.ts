import { dirname } from 'node:path';
import { AppError } from '../../../shared/errors/app-error.ts';
import type { Choice, CommandInput, EngineState, Language } from '../../../shared/ipc/contract.ts';
import type { VerbInput, VerbName, VerbOutput } from '../../../shared/ipc/engine-verbs.ts';
import type { FixedLink } from '../security/trusted-url.ts';
import type { ChosenKind, ChosenPaths } from './chosen-paths.ts';
import { createEngineInputs } from './engine-inputs.ts';
import type { Handlers } from './register-handlers.ts';
import type { WrittenKits } from './written-kits.ts';

/** What the commands work with; none of it is Electron, so that a test can call them. */
export interface Surroundings {
  readonly engine: {
    readonly state: EngineState;
    call<N extends VerbName>(verb: N, input: VerbInput<N>, jobId?: string | null): Promise<VerbOutput<N>>;
  };
  readonly version: string;
  readonly language: { get(): Language; set(language: Language): Promise<void> };
  readonly chosen: ChosenPaths;
  readonly kits: WrittenKits;
  readonly readKey: (path: string) => Promise<string>;
  /** The system's own choosers: a path, or null when the person chose nothing. */
  readonly dialogs: {
    folder(purpose: CommandInput<'app.chooseFolder'>['purpose']): Promise<string | null>;
    sshKey(): Promise<string | null>;
    sqlFile(): Promise<string | null>;
  };
  readonly openFile: (path: string) => Promise<void>;
  readonly openLink: (link: FixedLink) => Promise<void>;
}

/** Every command of the page. Most are verbs of the engine; the others are about this app and this computer. */
export function createHandlers({ engine, chosen, kits, dialogs, language, ...app }: Surroundings): Handlers {
  const inputs = createEngineInputs(chosen, app.readKey);
  /** By restore, of this session: the page names the restore, never a path. */
  const resaleLists = new Map<string, string>();
  let demoPossible: boolean | undefined;

  const pass =
    <N extends VerbName>(verb: N) =>
    (input: VerbInput<N>): Promise<VerbOutput<N>> =>
      engine.call(verb, input);

  /** Looked up once: programs do not come and go while the app runs. */
  async function canRunDemo(): Promise<boolean> {
    if (demoPossible !== undefined) return demoPossible;
    const { findings } = await engine.call('doctor', {});
    demoPossible = findings.some(({ id, ok }) => id === 'database-server' && ok);
    return demoPossible;
  }

  function keep(kind: ChosenKind, path: string | null): Choice {
    return path === null ? null : { token: chosen.keep(kind, path), label: path };
  }

  return {
    'app.state': async () => {
      const [home, canDemo] = await Promise.all([engine.call('home.status', {}), canRunDemo().catch(() => false)]);
      return { language: language.get(), version: app.version, engine: engine.state, home, demoPossible: canDemo };
    },
    'app.setLanguage': async (input) => {
      await language.set(input.language);
      return {};
    },
    'app.chooseFolder': async ({ purpose }) => keep('folder', await dialogs.folder(purpose)),
    'app.chooseSshKey': async () => keep('ssh-key', await dialogs.sshKey()),
    'app.chooseSqlFile': async () => keep('sql-file', await dialogs.sqlFile()),
    'app.openKit': async ({ kit }) => {
      await app.openFile(kits.pageOf(kit));
      return {};
    },
    'app.openResaleFolder': async ({ restoreId }) => {
      const list = resaleLists.get(restoreId);
      if (list === undefined) throw new AppError('ipc.bad-input', { channel: 'app.openResaleFolder' });
      await app.openFile(dirname(list));
      return {};
    },
    'app.openLink': async ({ link }) => {
      await app.openLink(link);
      return {};
    },

    'home.init': async ({ folderToken, passphrase, vaultPassphrase }) => {
      const kitDir = chosen.pathOf('folder', folderToken);
      const secrets = { passphrase, vaultPassphrase };
      const made = await engine.call('home.init', { ...secrets, kitDir, language: language.get() });
      kits.remember(kitDir, made.kitFiles);
      return { repositoryId: made.repositoryId, kitFiles: made.kitFiles };
    },
    'home.unlock': pass('home.unlock'),

    'key.list': pass('key.list'),
    'key.addSheet': async ({ jobId, folderToken, ...input }) => {
      const dir = chosen.pathOf('folder', folderToken);
      const written = await engine.call('key.addSheet', { ...input, dir, language: language.get() }, jobId);
      kits.remember(dir, written.kitFiles);
      return written;
    },
    'key.revoke': ({ jobId, ...input }) => engine.call('key.revoke', input, jobId),
    'key.changePassphrase': ({ jobId, ...input }) => engine.call('key.changePassphrase', input, jobId),
    'key.rotateVault': async ({ jobId, folderToken, ...input }) => {
      const dir = chosen.pathOf('folder', folderToken);
      const rotated = await engine.call('key.rotateVault', { ...input, dir, language: language.get() }, jobId);
      kits.remember(dir, rotated.kitFiles);
      return rotated;
    },
    'key.rotateVaultCheck': ({ jobId, ...input }) => engine.call('key.rotateVaultCheck', input, jobId),
    'kit.rehearse': ({ jobId, ...input }) => engine.call('kit.rehearse', input, jobId),

    'source.add': async (input) => engine.call('source.add', await inputs.source(input)),
    'source.try': async (input) => engine.call('source.try', await inputs.source(input)),
    'source.list': pass('source.list'),
    'source.test': pass('source.test'),
    'source.set': pass('source.set'),
    'source.propose': pass('source.propose'),
    'source.remove': pass('source.remove'),
    'files.browse': pass('files.browse'),
    'files.set': pass('files.set'),
    'files.list': pass('files.list'),
    'files.diff': pass('files.diff'),
    'files.text': (input) => engine.call('files.text', { ...input, showSecrets: false }),
    'files.findings': pass('files.findings'),
    'files.export-git': ({ jobId, folderToken, ...input }) =>
      engine.call('files.export-git', { ...input, path: chosen.pathOf('folder', folderToken) }, jobId),
    'files.restore': async ({ jobId, to, ...input }) =>
      engine.call('files.restore', { ...input, to: inputs.filesTarget(to) }, jobId),
    'settings.set': pass('settings.set'),
    'settings.show': pass('settings.show'),
    'settings.restore': pass('settings.restore'),

    'destination.add': async (input) => engine.call('destination.add', inputs.destination(input)),
    'destination.try': async (input) => engine.call('destination.try', inputs.destination(input)),
    'destination.list': pass('destination.list'),
    'destination.test': pass('destination.test'),
    'destination.set': pass('destination.set'),
    'destination.remove': pass('destination.remove'),

    'backup.run': ({ jobId, ...input }) => engine.call('backup.run', input, jobId),
    'snapshots.list': pass('snapshots.list'),
    'snapshot.show': pass('snapshot.show'),
    'ledgers.show': pass('ledgers.show'),
    'ledgers.confirm': pass('ledgers.confirm'),
    'copy.run': ({ jobId, ...input }) => engine.call('copy.run', input, jobId),
    'verify.run': ({ jobId, ...input }) => engine.call('verify.run', input, jobId),
    'prune.run': ({ jobId, ...input }) => engine.call('prune.run', input, jobId),
    'cold.list': pass('cold.list'),
    'cold.set': pass('cold.set'),
    'cold.run': ({ jobId, ...input }) => engine.call('cold.run', input, jobId),
    'share.status': pass('share.status'),
    'share.set': pass('share.set'),
    'stream.status': pass('stream.status'),
    'stream.set': pass('stream.set'),
    'events.list': pass('events.list'),
    'restore.run': async ({ jobId, into, ...input }) => {
      const done = await engine.call('restore.run', { ...input, into: await inputs.restoreTarget(into) }, jobId);
      if (done.resale.csv !== null) resaleLists.set(done.restoreId, done.resale.csv);
      return done;
    },
    'restore.check': async ({ jobId, into, ...input }) =>
      engine.call('restore.check', { ...input, into: await inputs.restoreTarget(into) }, jobId),
    'restores.list': pass('restores.list'),
    'restores.remove': pass('restores.remove'),
    'restore.addCards': ({ jobId, ...input }) => engine.call('restore.addCards', input, jobId),
    'vault.status': pass('vault.status'),
    'vault.close': pass('vault.close'),
    'swap.compare': ({ jobId, ...input }) => engine.call('swap.compare', input, jobId),
    'swap.run': ({ jobId, ...input }) => engine.call('swap.run', input, jobId),
    'undo.run': ({ jobId, ...input }) => engine.call('undo.run', input, jobId),
    'recover.run': async ({ jobId, from, ...input }) =>
      engine.call('recover.run', { ...input, from: inputs.repository(from) }, jobId),

    'coverage.show': pass('coverage.show'),
    'coverage.answer': pass('coverage.answer'),
    'coverage.keep': pass('coverage.keep'),
    checklist: pass('checklist'),
    doctor: pass('doctor'),
    'demo.open': ({ jobId, ...input }) => engine.call('demo.open', input, jobId),
    'demo.destroy': pass('demo.destroy'),
    'demo.close': pass('demo.close'),
    'jobs.list': pass('jobs.list'),
    'job.cancel': pass('job.cancel'),
  };
}
