import { AppError } from '../../../../shared/errors/app-error.ts';
import type { VerbInput, VerbOutput } from '../../../../shared/ipc/engine-verbs.ts';
import type { TreeItem } from '../../repository/index.ts';
import { shownName } from '../../source/files/index.ts';
import type { EngineContext, Run } from '../engine-context.ts';
import { isoUtc } from '../../platform/clock.ts';
import { viewOfSource } from '../home/saved-secrets.ts';
import type { SavedSource } from '../home/settings-file.ts';
import { findSource } from '../verbs/lookup.ts';
import { ensureCatalogBuilt } from '../verbs/refresh-catalog.ts';
import { pointOf, stateOf, withChanges } from './changes-between.ts';
import { openFindings } from './open-findings.ts';
import { rootsHolding, snapshotWithFiles, treeOf, withFilesReader } from './open-files.ts';

/** Changes the folders that are kept, and what is left out of them. Snapshots that are there keep what they have. Error: `files.no-ssh` {source}. */
export async function filesSet(
  context: EngineContext,
  { source: name, folders, items, leaveOut }: VerbInput<'files.set'>,
): Promise<VerbOutput<'files.set'>> {
  const { id, ssh, files } = await findSource(context, name);
  if (ssh === null && (folders ?? files).length + (items ?? []).length > 0)
    throw new AppError('files.no-ssh', { source: name });
  const now = isoUtc(context.clock.nowMs());
  const { sources } = await context.home.settings.update((settings) => ({
    ...settings,
    sources: settings.sources.map((source) =>
      source.id === id
        ? {
            ...source,
            ...(folders === undefined ? {} : { files: folders }),
            ...(items === undefined ? {} : { items: itemsSince(source, items, now) }),
            ...(leaveOut === undefined ? {} : { leaveOut }),
          }
        : source,
    ),
  }));
  const saved = sources.find((source) => source.id === id);
  if (saved === undefined) throw new AppError('source.unknown', { name });
  await context.home.audit.append('source.set', { source: name, folders: saved.files.length });
  context.onCatalogChanged();
  return { source: viewOfSource(saved) };
}

/** What was kept before is kept since then. */
function itemsSince({ items = [] }: SavedSource, wanted: readonly string[], now: string): SavedSource['items'] {
  return [...new Set(wanted)].map((item) => items.find((each) => each.item === item) ?? { item, since: now });
}

/** They stay until somebody says that they were looked at, whatever later nights find. Error: `files.finding-unknown` {finding}, and nothing is written down. */
export async function filesFindings(
  context: EngineContext,
  { source: name, seen }: VerbInput<'files.findings'>,
  run: Run,
): Promise<VerbOutput<'files.findings'>> {
  const source = await findSource(context, name);
  await ensureCatalogBuilt(context, run.signal);
  const findings = openFindings(context, source);
  const open = new Set(findings.map(({ id }) => id));
  const now = seen === 'all' ? [...open] : [...new Set(seen)];
  const unknown = now.find((id) => !open.has(id) && source.seenFindings?.includes(id) !== true);
  if (unknown !== undefined) throw new AppError('files.finding-unknown', { finding: unknown });
  if (now.length > 0) {
    await context.home.settings.update((settings) => ({
      ...settings,
      sources: settings.sources.map((each) =>
        each.id === source.id ? { ...each, seenFindings: [...new Set([...(each.seenFindings ?? []), ...now])] } : each,
      ),
    }));
    await context.home.audit.append('files.seen', { source: name, findings: now.length });
    context.onCatalogChanged();
  }
  return { findings, seen: now };
}

export async function filesList(
  context: EngineContext,
  input: VerbInput<'files.list'>,
  run: Run,
): Promise<VerbOutput<'files.list'>> {
  const snapshot = await snapshotWithFiles(context, input.source, input.snapshot, run.signal);
  return withFilesReader(context, snapshot, null, run, async (reader) => {
    const entries: VerbOutput<'files.list'>['entries'] = [];
    const wanted = input.search?.toLowerCase() ?? '';
    let toSkip = input.skip ?? 0;
    let isCut = false;
    for (const each of await rootsHolding(snapshot.site, input.path, reader)) {
      for await (const item of treeOf(each, reader)) {
        run.signal.throwIfAborted();
        const entry = shownEntry(item);
        if (wanted !== '' && !entry.path.toLowerCase().includes(wanted)) continue;
        if (toSkip > 0) {
          toSkip -= 1;
          continue;
        }
        isCut ||= entries.length >= input.limit;
        if (isCut) break;
        entries.push({ folder: each.root.folder, ...entry });
      }
    }
    return { snapshot: { id: snapshot.manifest.id, at: snapshot.manifest.at }, entries, isCut };
  });
}

/** What differs between two snapshots; without `from`: against the one before. Both are read from the copies of the later one's where they are. */
export async function filesDiff(
  context: EngineContext,
  input: VerbInput<'files.diff'>,
  run: Run,
): Promise<VerbOutput<'files.diff'>> {
  return withChanges(context, input, run, async (comparison) => {
    const changes: VerbOutput<'files.diff'>['changes'] = [];
    const counts = { added: 0, changed: 0, removed: 0, mode: 0 };
    for await (const { folder, path, change, before, after } of comparison.changes) {
      counts[change] += 1;
      if (changes.length < input.limit)
        changes.push({
          folder,
          path: shownName(path),
          change,
          before: before === null ? null : stateOf(before),
          after: after === null ? null : stateOf(after),
        });
    }
    return { from: pointOf(comparison.from), to: pointOf(comparison.to), counts, changes };
  });
}

function shownEntry({ path, entry }: TreeItem) {
  return { path: shownName(path), ...stateOf({ entry }) };
}
