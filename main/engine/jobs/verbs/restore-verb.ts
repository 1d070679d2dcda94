import { resolve } from 'node:path';
import { AppError, isAppErrorOf } from '../../../../shared/errors/app-error.ts';
import type { VaultOpening, VerbInput, VerbOutput } from '../../../../shared/ipc/engine-verbs.ts';
import { objectText } from '../../../../shared/model/lost-objects.ts';
import type { CopyState } from '../../../../shared/model/snapshot.ts';
import type { CatalogSnapshot } from '../../catalog/catalog.ts';
import { ChunkPool } from '../../chunk-pool/chunk-pool.ts';
import { newId } from '../../platform/random.ts';
import {
  closeVault,
  findingOf,
  openVaultWithPassphrase,
  openVaultWithWords,
  type Repository,
  type VaultKey,
} from '../../repository/index.ts';
import { CopyReader, type ReadableCopy } from '../../restore/copy-reader.ts';
import { leftOutOfFile } from '../../restore/left-out-of-file.ts';
import { planRestore, type RestorePlan, type Selection } from '../../restore/plan-restore.ts';
import { restoreIntoServer, type RestoreResult } from '../../restore/restore-into-server.ts';
import { writeSqlFile } from '../../restore/write-sql-file.ts';
import { startPrivateServer } from '../../sandbox/index.ts';
import { connectMysql, type MysqlTarget } from '../../source/mysql/index.ts';
import type { BlobStore } from '../../backend/blob-store.ts';
import type { EngineContext, Run } from '../engine-context.ts';
import type { SavedDestination } from '../home/settings-file.ts';
import { ownHeader } from '../keys/own-header.ts';
import { nearness } from '../nearness.ts';
import { prunedMeanwhile } from '../pruned-meanwhile.ts';
import { bringDeeds } from '../deeds/bring-deeds.ts';
import { accessOfInput, accessOfSaved, withServerSession } from '../source-session.ts';
import { openRepository, openStore, withRepository } from '../stores.ts';
import { watchOf } from '../watch-copy.ts';
import { besideNames } from './beside-names.ts';
import { findDestination, findSnapshot, findSource } from './lookup.ts';
import { ensureCatalogBuilt, refreshDestination } from './refresh-catalog.ts';
import { letPass } from '../let-pass.ts';

const loadingSessions = 4;

interface OpenRestore {
  readonly reader: CopyReader;
  readonly pool: ChunkPool;
  readonly plan: RestorePlan;
  readonly vault: 'open' | 'closed' | 'none';
}

type RestoreInput = VerbInput<'restore.run'>;
type RestoreOutput = VerbOutput<'restore.run'>;
type Restored = Pick<RestoreResult, 'databases' | 'tables' | 'rows' | 'digest' | 'ledgers' | 'notes' | 'accounts'>;

/**
 * Brings a snapshot back: into a throw-away server, beside the live database, into another server, or as a file. The live
 * database is never written to.
 */
export async function restoreRun(
  context: EngineContext,
  input: RestoreInput,
  run: Run,
): Promise<VerbOutput<'restore.run'>> {
  const startedMs = context.clock.monotonicMs();
  await ensureCatalogBuilt(context, run.signal);
  const snapshot = findSnapshot(context, input.snapshot, input.source);
  const selection = { databases: input.databases, tables: input.tables, accounts: input.accounts === true };
  return withOpenRestore(context, { snapshot, selection, from: input.from, vault: input.vault }, run, async (open) => {
    if (input.as !== null && open.plan.databases.length !== 1)
      throw new AppError('usage.bad-argument', { argument: 'as', value: input.as });
    const restored = await restoreInto(context, input, snapshot, open, run).catch((error: unknown) => {
      throw asRestoring(error);
    });
    await open.reader.leaveOutPruned(snapshot.manifestName, run.signal);
    await recordProof(context, snapshot, open, restored, run.signal);
    return {
      restoreId: newId(),
      snapshot: snapshot.manifest.id,
      from: [...open.reader.usedCopies].join(', '),
      database: restored.databases[0] ?? '',
      databases: [...restored.databases],
      tables: restored.tables,
      rows: restored.rows,
      digest: { ranges: restored.digest.ranges, equal: restored.digest.equal, compared: restored.digest.compared },
      ledgers: [...restored.ledgers],
      vault: open.vault,
      stoppedAt: snapshot.manifest.at,
      resale: { cards: 0, orders: 0, csv: null },
      swap: null,
      undo: null,
      file: input.into.kind === 'sql' ? resolve(input.into.path) : null,
      ...(restored.accounts === null ? {} : { accounts: restored.accounts }),
      copies: copiesOf(open.reader),
      notes: [
        ...copyNotes(open.reader),
        ...notKeptNotes(open.plan),
        ...accountNotes(open.plan, selection.accounts),
        ...restored.notes,
        ...restored.digest.different.map((table) => `digest-differs: ${table}`),
      ],
      durationMs: Math.round(context.clock.monotonicMs() - startedMs),
    };
  });
}

/** The same refusal means another thing here: nothing is missing from a backup, somebody may not write. */
function asRestoring(error: unknown): unknown {
  if (!isAppErrorOf(error, 'mysql.no-privilege')) return error;
  const { statement = '', privilege = statement, ...facts } = error.facts;
  return new AppError(
    'restore.no-privilege',
    { ...facts, statement: statement === '' ? privilege : statement },
    { cause: error },
  );
}

export async function exportRun(
  context: EngineContext,
  input: VerbInput<'export.run'>,
  run: Run,
): Promise<VerbOutput<'export.run'>> {
  const startedMs = context.clock.monotonicMs();
  await ensureCatalogBuilt(context, run.signal);
  const snapshot = findSnapshot(context, input.snapshot, null);
  const selection = { databases: [], tables: input.tables, accounts: input.accounts === true };
  return withOpenRestore(
    context,
    { snapshot, selection, from: input.from, vault: input.vault },
    run,
    async ({ plan, reader, vault }) => {
      const path = resolve(input.path);
      const { bytes, tables, rows, notes } = await writeSqlFile({
        plan,
        reader,
        path,
        as: null,
        signal: run.signal,
        onProgress: fileProgress(run),
      });
      await reader.leaveOutPruned(snapshot.manifestName, run.signal);
      return {
        file: path,
        bytes,
        tables,
        rows,
        vault,
        copies: copiesOf(reader),
        notes: [
          ...copyNotes(reader),
          ...notKeptNotes(plan),
          ...accountNotes(plan, selection.accounts),
          ...leftOutNotes(plan),
          ...notes,
        ],
        durationMs: Math.round(context.clock.monotonicMs() - startedMs),
      };
    },
  );
}

function copiesOf({ found: { used, damaged, outOfReach } }: CopyReader): RestoreOutput['copies'] {
  return {
    used: [...used],
    damaged: damaged.map(({ destination, objects }) => ({ destination, objects: [...objects] })),
    outOfReach: [...outOfReach],
  };
}

/** How many objects of one copy are named in words; all of them are in `copies`. */
const mostNamedObjects = 3;

/** A copy that another had to help out for is in need of its owner, however well the restore went. */
function copyNotes({ found: { damaged, outOfReach } }: CopyReader): string[] {
  return [
    ...damaged.map(({ destination, objects }) => {
      const named = objects.slice(0, mostNamedObjects).map((object) => object.slice(0, 60));
      const more = objects.length > named.length ? `, … (${objects.length})` : '';
      return `copy-damaged: ${destination} [${named.join(', ')}${more}]`;
    }),
    ...outOfReach.map((destination) => `copy-out-of-reach: ${destination}`),
  ];
}

/** What the backup could not read is named at every restore: nobody may take this for the whole shop. */
function notKeptNotes({ notKept, objectsNotKept, refused }: RestorePlan): string[] {
  return [
    ...refused.map((object) => `statement-refused: ${object}`),
    ...notKept.map((table) => `table-not-kept: ${table}`),
    ...objectsNotKept.map((object) => `object-not-kept: ${objectText(object)}`),
  ];
}

/** Why there are no accounts although somebody asked for them. */
function accountNotes({ manifest, isWhole }: RestorePlan, isAsked: boolean): string[] {
  if (!isAsked) return [];
  return isWhole ? (manifest.accounts === undefined ? ['accounts-not-kept'] : []) : ['accounts-left-out'];
}

/** What would stop whoever reads the file. */
function leftOutNotes(plan: RestorePlan): string[] {
  const left = leftOutOfFile(plan);
  return plan.databases.flatMap(({ record }) =>
    record.objects
      .filter((object) => left.has(object))
      .map(({ kind, name }) => `not-created: ${objectText({ kind, database: record.name, name })}`),
  );
}

/** Opens the copies, and the vault when asked; closes all of it whatever happens. Opening the vault is written down. */
async function withOpenRestore<T>(
  context: EngineContext,
  request: {
    snapshot: CatalogSnapshot;
    selection: Selection;
    from: string | null;
    vault: VaultOpening;
  },
  run: Run,
  use: (open: OpenRestore) => Promise<T>,
): Promise<T> {
  const { keys } = context.unlocked();
  const header = await ownHeader(context);
  const stores: BlobStore[] = [];
  const pool = new ChunkPool(keys);
  let vault: VaultKey | null = null;
  let reader: CopyReader | null = null;
  try {
    if (request.vault !== null) {
      vault =
        'words' in request.vault
          ? await openVaultWithWords(header, request.vault.words)
          : await openVaultWithPassphrase(header, request.vault.passphrase);
      await context.home.audit.append('vault.open', { snapshot: request.snapshot.manifest.id });
    }
    const destinations = await chooseCopies(context, request.snapshot, request.from, run.signal);
    const copies = destinations.map((destination): ReadableCopy => ({
      name: destination.name,
      open: async () => {
        const store = await openStore(keys, destination);
        stores.push(store);
        return openRepository(store, keys, destination, run.signal);
      },
    }));
    reader = new CopyReader(copies, pool, vault);
    run.report({ phase: 'open', detail: '', doneBytes: 0, totalBytes: null, doneItems: 0, totalItems: null });
    const manifest = await reader.manifest(request.snapshot.manifestName, run.signal);
    const plan = await planRestore(manifest, request.selection, reader, run.signal);
    const hasSecrets = plan.databases.some(({ tables }) =>
      tables.some(({ schema }) => schema.columns.some(({ secret }) => secret)),
    );
    return await use({ reader, pool, plan, vault: hasSecrets ? (vault === null ? 'closed' : 'open') : 'none' });
  } catch (error) {
    run.signal.throwIfAborted();
    const pruned = await reader?.leaveOutPruned(request.snapshot.manifestName, run.signal);
    if (pruned === undefined || pruned.length === 0 || findingOf(error) !== 'missing') throw error;
    throw prunedMeanwhile(request.snapshot.manifest.id.slice(0, 8), pruned.join(', '), error);
  } finally {
    if (vault !== null) closeVault(vault);
    await pool.close();
    // A copy that is still being opened would leave its store behind.
    await reader?.settled();
    for (const store of stores) await store.close();
    if (reader !== null) await recordBroken(context, request.snapshot, reader);
  }
}

/**
 * The named copy and no other (somebody wants to know whether *that* one works), or all copies that are said to hold the
 * snapshot, sound ones first, nearest first. Error: `restore.no-copy`.
 */
async function chooseCopies(
  context: EngineContext,
  { manifest }: CatalogSnapshot,
  from: string | null,
  signal: AbortSignal,
): Promise<SavedDestination[]> {
  if (from !== null) {
    const named = await findDestination(context, from);
    const isThere = () => context.catalog.copies(manifest.id).some(({ destinationId }) => destinationId === named.id);
    // Another computer may have copied it there: the catalog is only what this one has seen.
    if (!isThere()) await refreshDestination(context, named, signal);
    if (!isThere()) throw new AppError('restore.no-copy', { snapshot: manifest.id, destination: named.name });
    return [named];
  }
  const { destinations } = await context.home.settings.read();
  const intact = new Map(
    context.catalog.copies(manifest.id).map(({ destinationId, copy }) => [destinationId, copy.intact]),
  );
  const holding = destinations.filter(({ id }) => intact.has(id));
  if (holding.length === 0) throw new AppError('restore.no-copy', { snapshot: manifest.id });
  const rank = (destination: SavedDestination) =>
    (intact.get(destination.id) === true ? 0 : 10) + nearness[destination.role];
  return holding.sort((a, b) => rank(a) - rank(b));
}

async function restoreInto(
  context: EngineContext,
  input: RestoreInput,
  snapshot: CatalogSnapshot,
  open: OpenRestore,
  run: Run,
): Promise<Restored> {
  const { into } = input;
  switch (into.kind) {
    case 'sandbox':
      return intoSandbox(input, snapshot, open, run);
    case 'same': {
      const access = accessOfSaved(context.unlocked().keys, await findSource(context, input.source));
      return withServerSession(access, run.signal, async ({ target }) =>
        intoServer(target, await namesBeside(target, input.as, snapshot, open, run.signal), open, run),
      );
    }
    case 'server': {
      const { ssh, ...mysql } = into.target;
      return withServerSession(accessOfInput({ mysql, ssh }), run.signal, ({ target }) =>
        intoServer(target, asNames(open.plan, input.as), open, run),
      );
    }
    case 'sql':
      return intoFile(resolve(into.path), input.as, open, run);
  }
}

async function intoSandbox(
  input: RestoreInput,
  { manifest }: CatalogSnapshot,
  open: OpenRestore,
  run: Run,
): Promise<Restored> {
  run.report({ phase: 'sandbox', detail: '', doneBytes: 0, totalBytes: null, doneItems: 0, totalItems: null });
  const lowerCase = manifest.server.variables['lower_case_table_names'];
  const server = await startPrivateServer({
    preferred: manifest.server.flavour,
    socketOnly: true,
    durability: 'none',
    signal: run.signal,
    // Names that differ only in case, or were folded on the source, must meet the same rule here.
    extraArgs: lowerCase === '0' || lowerCase === '1' ? [`--lower-case-table-names=${lowerCase}`] : [],
  });
  try {
    const target: MysqlTarget = { host: '127.0.0.1', port: server.port ?? 0, ...server.connection };
    return await intoServer(target, asNames(open.plan, input.as), open, run, true);
  } finally {
    await server.stop();
  }
}

function intoServer(
  target: MysqlTarget,
  renames: ReadonlyMap<string, string>,
  { plan, reader, pool }: OpenRestore,
  run: Run,
  isSandbox = false,
): Promise<RestoreResult> {
  return restoreIntoServer({
    plan,
    reader,
    pool,
    target,
    renames,
    sessions: loadingSessions,
    enableEvents: false,
    withoutBinlog: isSandbox,
    signal: run.signal,
    onProgress: (phase, detail, doneBytes, totalBytes) =>
      run.report({ phase, detail, doneBytes, totalBytes, doneItems: 0, totalItems: null }),
  });
}

async function intoFile(path: string, as: string | null, { plan, reader }: OpenRestore, run: Run): Promise<Restored> {
  const { tables, rows, notes } = await writeSqlFile({
    plan,
    reader,
    path,
    as,
    signal: run.signal,
    onProgress: fileProgress(run),
  });
  const ranges = plan.databases
    .flatMap((database) => database.tables)
    .reduce((sum, table) => sum + table.ranges.length, 0);
  return {
    databases: plan.databases.map(({ record }) => (as !== null && plan.databases.length === 1 ? as : record.name)),
    tables,
    rows,
    // No server looked at the rows: every chunk was proven against its keyed name, digests were not computed again.
    digest: { ranges, compared: 0, equal: true, different: [] },
    ledgers: [],
    notes: [...leftOutNotes(plan), ...notes],
    accounts: null,
  };
}

function fileProgress(run: Run): (detail: string, doneBytes: number, totalBytes: number) => void {
  return (detail, doneBytes, totalBytes) =>
    run.report({ phase: 'write', detail, doneBytes, totalBytes, doneItems: 0, totalItems: null });
}

function asNames(plan: RestorePlan, as: string | null): ReadonlyMap<string, string> {
  const [only] = plan.databases;
  return as === null || only === undefined ? new Map() : new Map([[only.record.name, as]]);
}

/** The live database keeps its name and its place. A name that a person gave is taken as it is, or refused. */
async function namesBeside(
  target: MysqlTarget,
  as: string | null,
  { manifest }: CatalogSnapshot,
  { plan }: OpenRestore,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, string>> {
  if (as !== null) return asNames(plan, as);
  const connection = await connectMysql(target, { signal });
  try {
    const taken = await connection.query('SHOW DATABASES', { signal });
    return besideNames(
      plan.databases.map(({ record }) => record.name),
      manifest.at,
      taken.map((row) => row.get('database') ?? ''),
    );
  } finally {
    connection.close();
  }
}

/** What a restore stumbled over on a copy is known from then on, whether another copy helped out or not. */
async function recordBroken(
  { home, catalog }: EngineContext,
  { manifest }: CatalogSnapshot,
  { broken }: CopyReader,
): Promise<void> {
  if (broken.size === 0) return;
  const { destinations } = await home.settings.read();
  for (const { id, name } of destinations) {
    const objects = broken.get(name);
    if (objects === undefined) continue;
    catalog.recordDamage(id, [...objects]);
    catalog.recordCopy(manifest.id, id, 'listed', false);
    await home.audit.append('copy.damaged', { destination: name, snapshot: manifest.id });
  }
}

/** A whole snapshot that was loaded and compared is the strongest thing that can be said of the copy it came from. */
async function recordProof(
  context: EngineContext,
  { manifest }: CatalogSnapshot,
  open: OpenRestore,
  restored: Restored,
  signal: AbortSignal,
): Promise<void> {
  // With the vault closed the secret columns were stand-ins: that says nothing about their objects.
  const proven = open.reader.soleCopy;
  const isProven =
    proven !== null &&
    open.vault !== 'closed' &&
    restored.digest.equal &&
    restored.digest.compared > 0 &&
    open.plan.isWhole &&
    restored.databases.length === manifest.databases.length;
  const totalsMatch =
    restored.ledgers.length > 0 && restored.ledgers.every(({ equal, unreadable }) => equal && unreadable === undefined);
  await context.home.audit.append('restore', {
    source: manifest.source.name,
    snapshot: manifest.id,
    rows: restored.rows,
    equal: restored.digest.equal,
    ledgersEqual: totalsMatch,
    vault: open.vault,
    ...(restored.accounts === null ? {} : { accounts: restored.accounts.created.length }),
  });
  if (!isProven) return;
  const state: CopyState = totalsMatch ? 'totals-matched' : 'restored';
  const { destinations } = await context.home.settings.read();
  for (const destination of destinations.filter(({ name }) => name === proven)) {
    context.catalog.recordCopy(manifest.id, destination.id, state, true);
    await context.home.audit.append('copy.proven', { destination: destination.name, snapshot: manifest.id, state });
    await tellProof(context, destination, signal);
  }
  context.onCatalogChanged();
}

/**
 * Writes the proof down in the copy itself, for other computers and for this one after a loss. A copy that cannot be written to now gets it with the
 * next backup or copying; what was restored is restored.
 */
async function tellProof(context: EngineContext, destination: SavedDestination, signal: AbortSignal): Promise<void> {
  const { keys } = context.unlocked();
  const ways = { watch: watchOf(context, destination) };
  const tell = (repository: Repository) => bringDeeds(context, destination, repository, signal);
  await withRepository(keys, destination, signal, tell, ways).catch((error: unknown) => {
    letPass(error, signal);
  });
}
