import { access } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { AppError } from '../../../../shared/errors/app-error.ts';
import type { VerbInput, VerbOutput } from '../../../../shared/ipc/engine-verbs.ts';
import { dateOf, newestFirst } from '../../../../shared/model/snapshot-order.ts';
import type { Manifest } from '../../../../shared/model/snapshot.ts';
import { S3Locks } from '../../backend/s3/s3-locks.ts';
import { isoUtc } from '../../platform/clock.ts';
import { newId } from '../../platform/random.ts';
import { pruneNotesIn, unexplained } from '../../check/gone-snapshots.ts';
import { loadPresets } from '../../presets/preset.ts';
import {
  findHeader,
  headerName,
  keysUnder,
  Repository,
  sayingsOf,
  unlockWithPassphrase,
  unlockWithWords,
  vaultStanding,
} from '../../repository/index.ts';
import { knownDeeds } from '../deeds/read-deeds.ts';
import { itemsFolder } from '../../source/files/index.ts';
import type { EngineContext, Run, Unlocked } from '../engine-context.ts';
import { sealCloudKeys } from '../home/saved-secrets.ts';
import type { SavedDestination, SavedSource } from '../home/settings-file.ts';
import { bringOwedHeader } from '../keys/publish-header.ts';
import { openDiskStore, openS3Store, s3OptionsOf } from '../stores.ts';
import { saveDestination } from './destination-verbs.ts';
import { snapshotsKnownAt } from './known-snapshots.ts';
import { readTimeline } from './refresh-catalog.ts';
import { letPass } from '../let-pass.ts';

const recoveredName = 'recovered';
const ownFolder = 'shouhu';

type Place = VerbInput<'recover.run'>['from'];

/**
 * A bare computer, one copy and the paper: takes over the keys of the copy's repository, adds the copy as a destination named
 * `recovered` and reads the timeline. Sources come back without their passwords, which are in no copy. On a home that has keys,
 * only a copy of the same repository is taken. Errors: `repository.absent`, `keys.*`, `repository.foreign`, those of the store.
 */
export async function recoverRun(
  context: EngineContext,
  input: VerbInput<'recover.run'>,
  run: Run,
): Promise<VerbOutput<'recover.run'>> {
  const startedMs = context.clock.monotonicMs();
  const { secret } = input;
  const from = await placeOfCopy(input.from);
  const store = from.kind === 'disk' ? await openDiskStore(from.path) : openS3Store(from, from);
  try {
    const header = await findHeader(store, run.signal);
    if (header === undefined) throw new AppError('repository.absent', {});
    if (await context.home.isInitialised()) {
      const own = await context.home.readKeyring();
      if (own.repository !== header.repository) throw new AppError('repository.foreign', { found: header.repository });
    }
    const keys =
      secret.kind === 'passphrase'
        ? await unlockWithPassphrase(header, secret.passphrase)
        : await unlockWithWords(header, secret.words);
    const repository = await Repository.open(store, keys, run.signal);
    context.setUnlocked(await takeOver(context, repository));
    const lockedUntil = await lockSeen(from, repository, run.signal);
    const destination = await addRecovered(context, from, lockedUntil);
    await bringOwedHeader(context, destination, repository, run.signal);
    const report = (doneItems: number, totalItems: number | null) =>
      run.report({ phase: 'timeline', detail: '', doneBytes: 0, totalBytes: null, doneItems, totalItems });
    report(0, null);
    await readTimeline(context, destination, repository, run.signal, report);
    context.catalog.markBuilt();
    const sources = await addSources(context, repository, run.signal);
    const snapshots = context.catalog.snapshotIdsAt(destination.id).length;
    await context.home.audit.append('recover', {
      repository: header.repository,
      snapshots,
      sources: sources.length,
      by: secret.kind,
    });
    context.onCatalogChanged();
    const missed = unexplainedAt(context, destination);
    return {
      sources,
      ...(missed.length === 0 ? {} : { unexplained: missed }),
      snapshots,
      destination: destination.name,
      ...(lockedUntil === null ? {} : { lockedUntil }),
      durationMs: Math.round(context.clock.monotonicMs() - startedMs),
    };
  } finally {
    await store.close();
  }
}

/**
 * The keyring of this home from now on. A new home takes the copy's. One that knows the repository keeps its own, but for the vault's keys that were changed on another computer: this
 * copy's header says that it follows ours, and somebody has just opened it here on purpose.
 */
async function takeOver(context: EngineContext, { header, keys }: Repository): Promise<Unlocked> {
  const { home } = context;
  if (!(await home.isInitialised())) {
    await home.writeKeyring(header);
    return { header, keys };
  }
  const own = await home.readKeyring();
  const ownKeys = keysUnder(own, keys);
  const standing = vaultStanding(header, ownKeys);
  if (standing !== 'ahead') return standing === 'same' ? { header, keys } : { header: own, keys: ownKeys };
  const { destinations } = await home.settings.read();
  await home.replaceKeyring(
    own,
    header,
    destinations.map(({ id }) => id),
    (book) => book,
  );
  return { header, keys };
}

/** What this copy lacks as far as it shows itself: nothing else is known on a bare computer. */
function unexplainedAt({ catalog }: EngineContext, { id }: SavedDestination): string[] {
  const there = snapshotsKnownAt(catalog, id).map(({ manifest }) => manifest);
  return unexplained(there, catalog.snapshots(null), pruneNotesIn(knownDeeds(catalog, id).flatMap(sayingsOf)));
}

/** A person may well choose the disk itself instead of the folder `shouhu` that a backup made on it. */
async function placeOfCopy(from: Place): Promise<Place> {
  if (from.kind === 's3') return from;
  const path = resolve(from.path);
  const own = join(path, ownFolder);
  const isInOwn = !(await holdsHeader(path)) && (await holdsHeader(own));
  return { ...from, path: isInOwn ? own : path };
}

function holdsHeader(folder: string): Promise<boolean> {
  return access(join(folder, headerName)).then(
    () => true,
    () => false,
  );
}

/**
 * Until when the newest snapshot or the header of a bucket is locked, ISO 8601; null: it is not, or nobody may look. A removal must look first
 * there, and the owner has to ask for the lock again: for how many days it was is not told by the objects.
 */
async function lockSeen(from: Place, repository: Repository, signal: AbortSignal): Promise<string | null> {
  if (from.kind !== 's3') return null;
  const newest = (await repository.listManifests(signal)).at(-1);
  const locks = new S3Locks(s3OptionsOf(from, from));
  try {
    const names = newest === undefined ? [headerName] : [newest, headerName];
    let untilMs = 0;
    for (const name of names) untilMs = Math.max(untilMs, (await locks.look(name, signal))?.untilMs ?? 0);
    return untilMs === 0 ? null : isoUtc(untilMs);
  } catch (error) {
    // Coming back matters more than knowing this; the next live test of the bucket reads its setting.
    letPass(error, signal);
    return null;
  } finally {
    locks.close();
  }
}

async function addRecovered(
  context: EngineContext,
  from: Place,
  lockedUntil: string | null,
): Promise<SavedDestination> {
  const { destinations } = await context.home.settings.read();
  const known = destinations.find(({ name }) => name === recoveredName);
  if (known !== undefined) {
    await context.home.settings.update((settings) => ({
      ...settings,
      destinations: settings.destinations.filter(({ id }) => id !== known.id),
    }));
    context.catalog.forgetDestination(known.id);
  }
  const id = newId();
  const shared = { id, name: recoveredName, place: null, addedAt: isoUtc(context.clock.nowMs()) };
  const saved: SavedDestination =
    from.kind === 'disk'
      ? { ...shared, kind: 'disk', role: 'second-disk', path: from.path }
      : {
          ...shared,
          kind: 's3',
          role: 'cloud',
          provider: from.provider,
          bucket: from.bucket,
          region: from.region,
          endpoint: from.endpoint,
          prefix: from.prefix,
          ...(from.customDomain == null ? {} : { customDomain: from.customDomain }),
          ...(lockedUntil === null ? {} : { found: { lock: true } }),
          sealedKeys: sealCloudKeys(context.unlocked().keys, id, from),
        };
  await saveDestination(context, saved);
  return saved;
}

/** One source per shop in the timeline, as its newest snapshot describes it. Returns the names of all of them. */
async function addSources(context: EngineContext, repository: Repository, signal: AbortSignal): Promise<string[]> {
  const { sources } = await context.home.settings.read();
  const known = new Set(sources.map(({ id }) => id));
  const found = context.catalog.newestPerSource().map(({ manifest }) => manifest);
  const missing: SavedSource[] = [];
  for (const manifest of found) {
    if (known.has(manifest.source.id)) continue;
    const secretColumns = await sealedColumns(repository, manifest, signal);
    const files = foldersKept(context, manifest.source.name).filter((folder) => folder !== itemsFolder);
    missing.push({ ...sourceOf(manifest, isoUtc(context.clock.nowMs())), secretColumns, files });
  }
  await context.home.settings.update((settings) => ({
    ...settings,
    sources: [...settings.sources, ...missing.filter((source) => !settings.sources.some(({ id }) => id === source.id))],
  }));
  return found.map(({ source }) => source.name);
}

/**
 * The columns that the snapshot holds sealed: the next backup of a recovered shop has to seal them again. A record that cannot be
 * read on this copy is no reason not to come back: the preset names its columns too.
 */
async function sealedColumns(repository: Repository, manifest: Manifest, signal: AbortSignal): Promise<string[]> {
  const presets = await loadPresets();
  const preset = presets.find(({ id }) => id === manifest.source.preset);
  const columns = new Set<string>();
  const isInMany = manifest.databases.length > 1;
  for (const { database, name: table, sealed, tableChunk } of manifest.tables) {
    if (!sealed) continue;
    const add = (column: string) => columns.add(`${isInMany ? `${database}.` : ''}${table}.${column}`.toLowerCase());
    try {
      const { schema } = await repository.getTableRecord(tableChunk, signal);
      for (const { name, secret } of schema.columns) if (secret) add(name);
    } catch (error) {
      letPass(error, signal);
      for (const secret of preset?.secretColumns ?? [])
        if (secret.optional !== true && table.toLowerCase().endsWith(secret.table.toLowerCase())) add(secret.column);
    }
  }
  return [...columns];
}

/** As the newest snapshot that has files names them: there may have been a night without. */
function foldersKept({ catalog }: EngineContext, source: string): string[] {
  const [newest] = newestFirst(catalog.snapshots(source), ({ manifest }) => dateOf(manifest)).filter(
    ({ snapshot }) => snapshot.manifest.site !== undefined,
  );
  return newest?.snapshot.manifest.site?.roots.map(({ folder }) => folder) ?? [];
}

function sourceOf(manifest: Manifest, addedAt: string): SavedSource {
  return {
    id: manifest.source.id,
    name: manifest.source.name,
    mysql: { host: manifest.server.hostname, port: 3306, user: '' },
    sealedPassword: null,
    ssh: null,
    databases: manifest.databases.map(({ name }) => name),
    preset: manifest.source.preset,
    secretColumns: [],
    ledgers: manifest.ledgerDefinitions,
    files: [],
    // What was asked for before the loss is asked for again.
    ...(manifest.accounts === undefined ? {} : { accounts: true }),
    // Nothing has to be answered twice.
    ...manifest.choices,
    addedAt,
  };
}
