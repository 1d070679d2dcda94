import type { BinlogPlace, TableLayout } from '../../../../shared/model/stream.ts';
import { SecretColumnNames } from '../../../../shared/model/secret-columns.ts';
import { isAppErrorOf } from '../../../../shared/errors/app-error.ts';
import type { Repository } from '../../repository/index.ts';
import { connectMysql, layoutOfDdl, readLayouts, type MysqlTarget } from '../../source/mysql/index.ts';
import { isAsideDatabase } from '../../../../shared/model/aside-database.ts';
import type { HasSecrets, SecretColumns, StreamServer, TwinRequest } from '../../stream/index.ts';
import type { EngineContext } from '../engine-context.ts';
import type { SavedSource } from '../home/settings-file.ts';

/** The shop's DDL would wait behind whoever waits for it. */
const lockWaitMs = 2_000;

/** `table.column` or `database.table.column`, as a source keeps them. */
export function secretsOf({ secretColumns }: Pick<SavedSource, 'secretColumns'>): SecretColumns {
  const names = new SecretColumnNames(secretColumns);
  return (database, table) => names.of(database, table);
}

/** Null: the shop has no secret column. */
export function secretTables(source: Pick<SavedSource, 'secretColumns'>): HasSecrets | null {
  if (source.secretColumns.length === 0) return null;
  const columnsOf = secretsOf(source);
  return (database, table) => columnsOf(database, table).length > 0;
}

/** What the open side of a sealed log needs to know of a shop. */
export function twinsOf(
  context: EngineContext,
  source: SavedSource,
  repository: Repository,
  target: MysqlTarget,
  server: StreamServer,
  signal: AbortSignal,
): TwinRequest {
  const columnsOf = secretsOf(source);
  return {
    secretsOf: columnsOf,
    isOfShop: (database) => isPictured(source, database),
    layoutsAt: (start) => layoutsInSnapshot(context, source.name, repository, columnsOf, start, signal),
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
  columnsOf: SecretColumns,
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
    if (columnsOf(database, name).length === 0) continue;
    try {
      const { schema } = await repository.getTableRecord(tableChunk, signal);
      const layout = layoutOfDdl(database, name, schema.ddl);
      if (layout !== null) layouts.push(layout);
    } catch (error) {
      if (!isAppErrorOf(error, 'repository.missing-object', 'repository.damaged')) throw error;
    }
  }
  return layouts;
}
