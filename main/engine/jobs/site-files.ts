import { AppError } from '../../../shared/errors/app-error.ts';
import type { BackupFiles, SiteHistory, SiteSummary } from '../../../shared/model/site-files.ts';
import type { Manifest } from '../../../shared/model/snapshot.ts';
import { dateOf, newestFirst } from '../../../shared/model/snapshot-order.ts';
import { keepFiles, type KeptFiles } from '../backup/site/keep-files.ts';
import { keepHistory } from '../backup/site/keep-history.ts';
import type { SiteRules } from '../backup/site/site-rules.ts';
import { paceTo } from '../backup/pace.ts';
import type { BackupDraft } from '../backup/run-backup.ts';
import { itemsFolder, pathOfItem, withItems } from '../source/files/index.ts';
import { ChunkPool } from '../chunk-pool/chunk-pool.ts';
import { loadPresets } from '../presets/preset.ts';
import type { Repository } from '../repository/index.ts';
import type { EngineContext, Run } from './engine-context.ts';
import type { SavedSource } from './home/settings-file.ts';
import { newestReadable } from './manifests-newest-first.ts';
import { accessOfSaved, openServerSession, type ServerSession } from './source-session.ts';

/** How many snapshots back a tree is looked for that this one can be compared with: a night without files must not make the next one read all of them. */
const mostSnapshotsBack = 20;
/** A copy that was away for so many snapshots begins a history of its own. */
const mostHistories = 1000;

export interface SiteKeeper {
  /** Over a session that is open already, or one of its own. Errors: the signal's reason. */
  keep(session: ServerSession | null, clockAheadMs: number | null, signal: AbortSignal): Promise<KeptFiles>;
  /** The draft with the files in it, and with the history of config and code. Errors: the signal's reason. */
  addTo(draft: BackupDraft, files: KeptFiles, signal: AbortSignal): Promise<BackupDraft>;
}

/** What keeps the files of this shop with tonight's snapshot; null where it has none to keep, or they were left out this time. */
export async function siteKeeper(
  context: EngineContext,
  source: SavedSource,
  repository: Repository,
  options: { readonly isWanted: boolean; readonly maxBytesPerSecond: number | null },
  run: Run,
): Promise<SiteKeeper | null> {
  const items = (source.items ?? []).map(({ item }) => item);
  if (!options.isWanted || source.files.length + items.length === 0) return null;
  const rules = await rulesOf(source);
  const previous = await newestReadable(context, repository, source.id, run.signal, {
    holds: ({ site }) => site !== undefined,
    most: mostSnapshotsBack,
  });
  const earlier = historiesOf(context, source, previous);
  const total = previous?.site?.roots.reduce((sum, { bytes }) => sum + bytes, 0) ?? null;
  return {
    keep: async (session, clockAheadMs, signal) => {
      const pool = new ChunkPool(repository.keys);
      const own: { session: ServerSession | null } = { session: null };
      try {
        return await keepFiles({
          open: async (opening) => {
            if (source.ssh === null) throw new AppError('files.no-ssh', { source: source.name });
            const used =
              session ??
              (own.session = await openServerSession(accessOfSaved(context.unlocked().keys, source), opening));
            if (used.openFiles === null) throw new AppError('files.no-ssh', { source: source.name });
            const { ask } = used;
            const files = await used.openFiles(opening);
            if (items.length === 0) return files;
            return withItems(files, {
              items,
              login: source.ssh.user,
              askCrontab: () => ask?.('crontab -l') ?? Promise.resolve(null),
            });
          },
          folders: items.length === 0 ? source.files : [...source.files, itemsFolder],
          rules,
          repository,
          pool,
          previous: previous?.site === undefined ? null : { site: previous.site, atMs: Date.parse(previous.at) },
          clockAheadMs,
          pace: paceTo(options.maxBytesPerSecond, context.clock),
          clock: context.clock,
          onProgress: ({ folder, files, bytes }) =>
            run.report({
              phase: 'files',
              detail: folder,
              doneBytes: bytes,
              totalBytes: total,
              doneItems: files,
              totalItems: 0,
            }),
          signal,
        });
      } finally {
        await own.session?.close();
        await pool.close();
      }
    },
    addTo: async (draft, files, signal) => {
      const { site } = files;
      if (site === null) return withFiles(draft, files);
      const pool = new ChunkPool(repository.keys);
      try {
        const { id, at } = draft.manifest;
        const { history, checks, written } = await keepHistory({
          site,
          folders: [...source.files, itemsFolder],
          earlier,
          rules,
          snapshot: { id, at },
          repository,
          pool,
          onProgress: (files) =>
            run.report({
              phase: 'history',
              detail: '',
              doneBytes: 0,
              totalBytes: null,
              doneItems: files,
              totalItems: 0,
            }),
          signal,
        });
        return withFiles(draft, {
          site: history === null ? site : { ...site, history },
          checks: [...files.checks, ...checks],
          written: { objects: files.written.objects + written.objects, bytes: files.written.bytes + written.bytes },
        });
      } finally {
        await pool.close();
      }
    },
  };
}

/** Newest first: what any copy is known to hold, because the newest commit may have been written to another one. */
function historiesOf({ catalog }: EngineContext, { name }: SavedSource, previous: Manifest | null): SiteSummary[] {
  const known = newestFirst(catalog.snapshots(name), ({ manifest }) => dateOf(manifest));
  const manifests = [...known.map(({ snapshot }) => snapshot.manifest), ...(previous === null ? [] : [previous])];
  return manifests.flatMap(({ site }) => (site?.history === undefined ? [] : [site])).slice(0, mostHistories);
}

function withFiles(draft: BackupDraft, { site, checks, written }: KeptFiles): BackupDraft {
  const { manifest } = draft;
  return {
    ...draft,
    manifest: { ...manifest, checks: [...manifest.checks, ...checks], ...(site === null ? {} : { site }) },
    written: { objects: draft.written.objects + written.objects, bytes: draft.written.bytes + written.bytes },
  };
}

/** What a backup tells of them. */
export function filesOfBackup({ site }: Manifest): BackupFiles | undefined {
  if (site === undefined) return undefined;
  const sum = (of: (root: SiteSummary['roots'][number]) => number) =>
    site.roots.reduce((all, root) => all + of(root), 0);
  return {
    roots: site.roots.map(({ folder }) => folder),
    files: sum(({ files }) => files),
    folders: sum(({ folders }) => folders),
    links: sum(({ links }) => links),
    bytes: sum(({ bytes }) => bytes),
    unread: sum(({ unread }) => unread),
    leftOut: sum(({ leftOut }) => leftOut),
    ...(site.roots.some(({ files, marked }) => files > 0 && marked !== undefined) ? {} : { byTime: true as const }),
    read: site.read,
    ...(site.changes === undefined ? {} : { changes: site.changes }),
    findings: site.findings,
    ...(site.history === undefined ? {} : { history: historyView(site.history) }),
  };
}

function historyView(history: SiteHistory): NonNullable<BackupFiles['history']> {
  const { commit, files, bytes, outside } = history;
  return { commit, ...(history.behind === true ? { behind: true } : {}), files, bytes, outside };
}

/** What the preset knows of the program's folder, and what the owner said. Paths from the server's root are folders of their own and no rules. */
export async function rulesOf(source: SavedSource): Promise<SiteRules> {
  const never = source.leaveOut ?? [];
  const named = new Set([source.preset, ...(source.shops ?? []).map(({ preset }) => preset)]);
  const presets = (await loadPresets()).filter(({ id }) => named.has(id));
  const below = (paths: readonly string[]) => paths.filter((path) => !path.startsWith('/'));
  return {
    leaveOut: presets.flatMap(({ site }) => below(site.leaveOut)),
    never,
    keep: presets.flatMap(({ outside }) => outside.flatMap((each) => (each.kind === 'files' ? below(each.paths) : []))),
    config: [
      ...presets.flatMap(({ site }) => below(site.config)),
      // Each was named by itself: no rule for caches leaves one out, and each is read every night.
      ...(source.items ?? []).map(({ item }) => pathOfItem(item, source.ssh?.user ?? '')),
    ],
    uploads: presets.flatMap(({ site }) => below(site.uploads)),
  };
}
