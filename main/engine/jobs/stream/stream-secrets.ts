import { toAppError } from '../../../../shared/errors/app-error.ts';
import type { TableSchema } from '../../../../shared/model/database.ts';
import type { Manifest } from '../../../../shared/model/snapshot.ts';
import type { BinlogPlace, TableLayout } from '../../../../shared/model/stream.ts';
import { SecretColumnNames } from '../../../../shared/model/secret-columns.ts';
import { nameSigns } from '../../presets/propose/name-signs.ts';
import { isUnreadableObject, type Repository } from '../../repository/index.ts';
import { connectMysql, layoutOfDdl, readLayouts, type MysqlTarget } from '../../source/mysql/index.ts';
import { databaseBeside, isAsideDatabase } from '../../../../shared/model/aside-database.ts';
import {
  LogSecrets,
  type SeenTables,
  type ShopSecrets,
  type StreamServer,
  type TwinRequest,
} from '../../stream/index.ts';
import { rest } from '../../platform/rest.ts';
import type { EngineContext } from '../engine-context.ts';
import type { SavedSource } from '../home/settings-file.ts';

/** The shop's DDL would wait behind whoever waits for it. */
const lockWaitMs = 2_000;
const lookEveryMs = 5_000;

/**
 * What is secret in a shop's log, as the settings and the newest snapshot say it now: a backup settles its questions in the settings before it reads a row,
 * so that what its snapshot shows has been decided when the settings are read after it. Errors: those of the settings and of the copy.
 */
export class SecretsOfShop {
  readonly #context: EngineContext;
  readonly #repository: Repository;
  readonly #sourceId: string;
  #source: SavedSource;
  #seen: { readonly snapshot: string; readonly tables: SeenTables } | null = null;
  readonly log: LogSecrets;

  constructor(context: EngineContext, source: SavedSource, repository: Repository) {
    this.#context = context;
    this.#repository = repository;
    this.#sourceId = source.id;
    this.#source = source;
    this.log = new LogSecrets(this.#shop());
  }

  /** Whether a snapshot of this shop holds the database, by its name. */
  readonly isOfShop = (database: string): boolean => isPictured(this.#source, database);

  async look(signal: AbortSignal): Promise<void> {
    const newest = this.#context.catalog.newest(this.#source.name);
    if (newest !== undefined && newest.manifest.id !== this.#seen?.snapshot)
      this.#seen = {
        snapshot: newest.manifest.id,
        tables: await tablesOf(this.#repository, newest.manifest, signal),
      };
    const { sources } = await this.#context.home.settings.read();
    this.#source = sources.find(({ id }) => id === this.#sourceId) ?? this.#source;
    this.log.decide(this.#shop());
  }

  /** Until the signal: what a backup, or the owner, decides meanwhile counts from then on. What cannot be read now is read the next time; what was secret stays so. */
  async lookNowAndThen(over: AbortSignal): Promise<void> {
    while (!over.aborted) {
      await rest(lookEveryMs, over).catch(() => undefined);
      await this.look(over).catch((error: unknown) => {
        throwBug(error, over);
      });
    }
  }

  #shop(): ShopSecrets {
    const names = new SecretColumnNames(this.#source.secretColumns);
    return {
      named: (database, table) => names.of(database, table),
      isOfShop: this.isOfShop,
      shopOf: databaseBeside,
      isNamedAsCards: (table) => nameSigns({ table, column: '', dataType: '', comment: '' }).isCardTable,
      seen: this.#seen?.tables ?? null,
    };
  }
}

function throwBug(error: unknown, over: AbortSignal): void {
  if (!over.aborted && toAppError(error).code === 'unexpected') throw error;
}

/** Each record is small; a copy that lacks one says nothing about its table. */
async function tablesOf(repository: Repository, manifest: Manifest, signal: AbortSignal): Promise<SeenTables> {
  const tables = new Map<string, TableLayout | null>();
  for (const { database, name, tableChunk } of manifest.tables) {
    const schema = await schemaIn(repository, tableChunk, signal);
    tables.set(`${database}.${name}`.toLowerCase(), schema && layoutOfDdl(database, name, schema.ddl));
  }
  const { file, position } = manifest.coordinate;
  return { place: file === null || position === null ? null : { file, position }, tables };
}

/** Null: this copy does not hold it whole. */
async function schemaIn(repository: Repository, tableChunk: string, signal: AbortSignal): Promise<TableSchema | null> {
  try {
    return (await repository.getTableRecord(tableChunk, signal, { remember: false })).schema;
  } catch (error) {
    if (isUnreadableObject(error)) return null;
    throw error;
  }
}

/** What the open side of a sealed log needs to know of a shop. */
export function twinsOf(
  context: EngineContext,
  source: SavedSource,
  repository: Repository,
  { log, isOfShop }: SecretsOfShop,
  {
    target,
    server,
    signal,
  }: { readonly target: MysqlTarget; readonly server: StreamServer; readonly signal: AbortSignal },
): TwinRequest {
  return {
    secretsOf: log.of,
    isOfShop,
    onTouched: log.onTouched,
    layoutsAt: (start) => layoutsInSnapshot(context, source.name, repository, log, start, signal),
    ask: async (tables) => {
      const connection = await connectMysql(target, { signal, lockWaitMs });
      try {
        return await readLayouts(connection, tables, server);
      } finally {
        connection.close();
      }
    },
  };
}

/** Whether a snapshot of this source holds the database, by its name. */
function isPictured({ databases }: SavedSource, database: string): boolean {
  if (databases.length === 0) return !isAsideDatabase(database);
  return databases.some((each) => each.toLowerCase() === database.toLowerCase());
}

/** Of a snapshot that stands exactly there; none where there is no such snapshot, or this copy does not hold it. */
async function layoutsInSnapshot(
  context: EngineContext,
  source: string,
  repository: Repository,
  secrets: LogSecrets,
  { file, position }: BinlogPlace,
  signal: AbortSignal,
): Promise<TableLayout[]> {
  const manifest = context.catalog
    .snapshots(source)
    .map((snapshot) => snapshot.manifest)
    .sort((a, b) => Date.parse(b.at) - Date.parse(a.at))
    .find(
      ({ coordinate, lock }) =>
        lock.coordinateExact === true && coordinate.file === file && coordinate.position === position,
    );
  const layouts: TableLayout[] = [];
  for (const { database, name, tableChunk } of manifest?.tables ?? []) {
    if (!secrets.has(database, name)) continue;
    const schema = await schemaIn(repository, tableChunk, signal);
    const layout = schema === null ? null : layoutOfDdl(database, name, schema.ddl);
    if (layout !== null) layouts.push(layout);
  }
  return layouts;
}
