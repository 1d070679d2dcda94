import { AppError } from '../../../shared/errors/app-error.ts';
import type { Column, DatabaseRecord } from '../../../shared/model/database.ts';
import type { LoadSession } from '../source/mysql/load/index.ts';
import {
  fitTable,
  isForeign,
  knowsCollation,
  readTargetServer,
  serverName,
  type TargetServer,
} from '../source/mysql/load/foreign/index.ts';
import type { PlannedDatabase, RestorePlan } from './plan-restore.ts';

/** A plan as the target's server can carry it out. */
export interface FittedPlan {
  readonly plan: RestorePlan;
  /** The target is of another flavour or version: CREATE statements cannot be compared, and each has to be tried. */
  readonly isForeign: boolean;
  /** What will be another way than on the source, as `id: object`. */
  readonly notes: readonly string[];
  /** The refusal for something that the target cannot hold. */
  readonly refuse: (object: string, feature: string, cause?: AppError) => AppError;
}

/**
 * Compares what the snapshot needs with what the target's server has, and rewrites the CREATE statements for it. Writes nothing.
 *
 * Errors: `restore.not-portable` {object, feature, source, target}, those of the connection.
 */
export async function fitPlan(session: LoadSession, plan: RestorePlan, signal: AbortSignal): Promise<FittedPlan> {
  const source = plan.manifest.server;
  const names = { source: serverName(source), target: serverName(session) };
  const refuse = (object: string, feature: string, cause?: AppError) =>
    new AppError('restore.not-portable', { object, feature, ...names }, cause === undefined ? {} : { cause });
  if (!isForeign(source, session)) return { plan, isForeign: false, notes: [], refuse };

  const target = await readTargetServer(session, signal);
  const notes: string[] = [];
  const databases = plan.databases.map(({ record, tables }): PlannedDatabase => {
    const [sequence] = record.objects.filter(({ kind }) => kind === 'sequence');
    if (sequence !== undefined && target.flavour === 'mysql')
      throw refuse(`${record.name}.${sequence.name}`, 'SEQUENCE');
    return {
      record: fitDatabase(record, target, notes),
      tables: tables.map((table) => {
        const { schema } = table;
        const name = `${schema.database}.${schema.name}`;
        const { ddl, obstacles, leftOut } = fitTable(schema, source.flavour, target);
        const [obstacle] = obstacles;
        if (obstacle !== undefined) throw refuse(name, obstacle);
        for (const attribute of leftOut) notes.push(`attribute-left-out: ${name} ${attribute}`);
        if (target.flavour === 'mariadb' && schema.columns.some(({ form }) => form === 'json'))
          notes.push(`json-as-text: ${name}`);
        if (source.flavour !== target.flavour && schema.columns.some(isFormattedDouble))
          notes.push(`double-format: ${name}`);
        return { ...table, schema: { ...schema, ddl } };
      }),
    };
  });
  return { plan: { ...plan, databases }, isForeign: true, notes, refuse };
}

/**
 * The flavours write such values in other ways. Snapshots hold the double inside today (form `float`); in one that is older than that the
 * digest of the table will differ, and somebody has to know why.
 */
function isFormattedDouble({ dataType, columnType, form }: Column): boolean {
  return dataType === 'double' && form === 'plain' && /\(|zerofill/i.test(columnType);
}

/** The default of a database only decides about tables that are created later: the server's own one may stand in for it. */
function fitDatabase(record: DatabaseRecord, target: TargetServer, notes: string[]): DatabaseRecord {
  if (knowsCollation(target, record.collation)) return record;
  const collation = target.defaultCollations.get(record.characterSet.toLowerCase());
  if (collation === undefined) return record;
  notes.push(`database-collation: ${record.name} ${record.collation}`);
  return { ...record, collation };
}
