import { isUtf8 } from 'node:buffer';
import { AppError } from '../../../../shared/errors/app-error.ts';
import type { VerbInput, VerbOutput } from '../../../../shared/ipc/engine-verbs.ts';
import { loadPresets } from '../../presets/preset.ts';
import { FileRefusal, LeaveOut, usualLeaveOut, type RemoteFiles } from '../../source/files/index.ts';
import type { EngineContext, Run } from '../engine-context.ts';
import type { SavedSource } from '../home/settings-file.ts';
import { shopsOf } from '../source-counts.ts';
import { accessOfSaved, withServerSession } from '../source-session.ts';
import { findSource } from '../verbs/lookup.ts';

type Preset = Awaited<ReturnType<typeof loadPresets>>[number];

/** What is fuller is no folder of sites, and nobody chooses from a list of it. */
const mostEntries = 5000;
const mostShown = 500;
const mostSites = 50;
/** Where panels and distributions put sites. */
const usualPlaces = ['/www/wwwroot', '/var/www', '/home/wwwroot', '/data/wwwroot'];

/** No files of anybody: what a kernel shows, and what is gone with the next start. */
const ofTheKernel = new Set(['proc', 'sys', 'dev', 'run']);

type Output = VerbOutput<'files.browse'>;

/**
 * The folders in one folder of the server, for somebody who chooses what to keep; without a folder also those that are likely to be the shop's site. Reads names only, one
 * folder at a time. Errors: `files.no-ssh` {source}, `files.folder-missing` {folder, reason}; those of the tunnel.
 */
export async function filesBrowse(
  context: EngineContext,
  { source: name, folder }: VerbInput<'files.browse'>,
  run: Run,
): Promise<Output> {
  const source = await findSource(context, name);
  return withServerSession(accessOfSaved(context.unlocked().keys, source), run.signal, async ({ openFiles }) => {
    const files = await openFiles?.(run.signal);
    if (files === undefined) throw new AppError('files.no-ssh', { source: name });
    try {
      const proposed = folder === null ? await likelySites(files, await programsOf(source), run.signal) : [];
      return { ...(await foldersIn(files, folder ?? '/')), proposed };
    } finally {
      files.close();
    }
  });
}

async function programsOf(source: SavedSource): Promise<Preset[]> {
  const named = new Set([source.preset, ...shopsOf(source).map(({ preset }) => preset)]);
  return (await loadPresets()).filter(({ id }) => named.has(id));
}

async function foldersIn(files: RemoteFiles, path: string): Promise<Omit<Output, 'proposed'>> {
  const folder = path.replace(/\/+$/, '') || '/';
  const at = Buffer.from(folder);
  const parent = folder === '/' ? null : folder.slice(0, folder.lastIndexOf('/')) || '/';
  try {
    const entries = await files.list(at, mostEntries);
    const caches = new LeaveOut({ leaveOut: usualLeaveOut.map((rule) => anywhere(rule)), keep: [] });
    const names = (entries ?? []).filter(({ kind }) => kind === 'folder').map((entry) => entry.name);
    // A name that is no UTF-8 cannot be said in a setting; the folder around it can be kept.
    const shown = names.filter((each) => isUtf8(each) && !(folder === '/' && ofTheKernel.has(each.toString('utf8'))));
    const folders = shown
      .map((each) => {
        const child = `${folder === '/' ? '' : folder}/${each.toString('utf8')}`;
        return { path: child, isCache: caches.judge(Buffer.from(child.slice(1))) === 'out' };
      })
      .sort((a, b) => (a.path < b.path ? -1 : 1));
    const ownFiles = (entries ?? []).filter(({ kind }) => kind === 'file').length;
    return {
      folder,
      parent,
      folders: folders.slice(0, mostShown),
      files: ownFiles,
      isCut: entries === null || folders.length > mostShown || !names.every(isUtf8),
    };
  } catch (error) {
    if (error instanceof FileRefusal) throw new AppError('files.folder-missing', { folder, reason: error.reason });
    throw error;
  }
}

/** Here nobody knows yet which folder is the site. */
function anywhere(rule: string): string {
  return rule.startsWith('**/') ? rule : `**/${rule}`;
}

/** Folders in which the files of the shop's program are found, best first; of an unknown program whatever lies where sites lie. */
async function likelySites(
  files: RemoteFiles,
  programs: readonly Preset[],
  signal: AbortSignal,
): Promise<Output['proposed']> {
  const found: Output['proposed'] = [];
  const roots = programs.flatMap(({ site }) => site.roots);
  const literal = roots.filter((root) => !root.includes('<'));
  const places = new Set([
    ...roots.filter((root) => root.includes('<')).map((root) => root.slice(0, root.indexOf('/<'))),
    ...usualPlaces,
  ]);
  const sites = [...literal];
  for (const place of places) {
    signal.throwIfAborted();
    for (const each of await namesIn(files, place)) sites.push(`${place}/${each}`);
  }
  for (const site of new Set(sites.slice(0, mostSites))) {
    signal.throwIfAborted();
    if (!(await isThere(files, site, 'folder'))) continue;
    const program = await firstFitting(files, programs, site);
    if (program !== null || programs.length === 0 || literal.includes(site))
      found.push({ folder: site, preset: program });
  }
  return found.sort((a, b) => Number(b.preset !== null) - Number(a.preset !== null));
}

async function firstFitting(files: RemoteFiles, programs: readonly Preset[], site: string): Promise<string | null> {
  for (const { id, site: known } of programs)
    for (const path of known.config.filter((each) => !each.includes('*')))
      if (await isThere(files, `${site}/${path}`, 'file')) return id;
  return null;
}

async function namesIn(files: RemoteFiles, place: string): Promise<string[]> {
  try {
    const entries = await files.list(Buffer.from(place), mostEntries);
    return (entries ?? []).filter(({ kind }) => kind === 'folder').map(({ name }) => name.toString('utf8'));
  } catch (error) {
    // Not there, or not for this account: then nothing is proposed from it.
    if (error instanceof FileRefusal) return [];
    throw error;
  }
}

async function isThere(files: RemoteFiles, path: string, kind: 'file' | 'folder'): Promise<boolean> {
  try {
    return (await files.look(Buffer.from(path))).kind === kind;
  } catch (error) {
    if (error instanceof FileRefusal) return false;
    throw error;
  }
}
