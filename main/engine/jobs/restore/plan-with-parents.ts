import type { Manifest } from '../../../../shared/model/snapshot.ts';
import type { CopyReader } from '../../restore/copy-reader.ts';
import { planRestore, type RestorePlan, type Selection } from '../../restore/plan-restore.ts';
import { withCascadingParents } from '../../source/mysql/binlog/index.ts';

/**
 * The plan for some tables on which a log will be done again: with the tables whose changes cascade into them, because a server logs nothing of what
 * a foreign key does by itself. Errors: those of `planRestore`.
 *
 * @returns the plan, and as `database.table` what nobody asked for by name
 */
export async function planWithParents(
  manifest: Manifest,
  selection: Selection,
  reader: CopyReader,
  signal: AbortSignal,
): Promise<{ readonly plan: RestorePlan; readonly cameAlong: readonly string[] }> {
  const plan = await planRestore(manifest, selection, reader, signal);
  if (selection.tables.length === 0) return { plan, cameAlong: [] };
  const whole = await planRestore(manifest, { databases: [], tables: [] }, reader, signal);
  const chosen = tablesOf(plan);
  const needed = withCascadingParents(tablesOf(whole), chosen);
  const asked = new Set(chosen.map(nameOf));
  const cameAlong = needed.map(nameOf).filter((name) => !asked.has(name));
  if (cameAlong.length === 0) return { plan, cameAlong };
  const tables = needed.map(nameOf);
  return { plan: await planRestore(manifest, { ...selection, databases: [], tables }, reader, signal), cameAlong };
}

function tablesOf({ databases }: RestorePlan) {
  return databases.flatMap(({ tables }) =>
    tables.map(({ schema }) => ({ database: schema.database, table: schema.name, ddl: schema.ddl })),
  );
}

function nameOf({ database, table }: { readonly database: string; readonly table: string }): string {
  return `${database}.${table}`;
}
