import type { SchemaObject } from '../../../shared/model/database.ts';
import { allOfKind } from '../../../shared/model/lost-objects.ts';
import { brokenViews } from '../../../shared/model/lost-tables.ts';
import { quoteTable } from '../source/mysql/index.ts';
import { isSafeForClient, triggeredTable } from '../source/mysql/load/index.ts';
import type { RestorePlan } from './plan-restore.ts';

/**
 * Objects whose statement a server would refuse: views that the shop itself can no longer use, views on what the backup could not
 * read, and triggers of such a table. A client stops at the first statement that fails, and whoever reads the file would miss what comes
 * behind it. A routine or event may name anything: it is taken as it is.
 */
export function leftOutOfFile({
  manifest,
  databases,
  notKept,
  objectsNotKept,
  isWhole,
}: RestorePlan): ReadonlySet<SchemaObject> {
  if (!isWhole) return new Set();
  const broken = brokenViews(manifest);
  const lostTables = new Set(notKept);
  /** As the server writes names into a view. */
  const missing = new Set([
    ...databases.flatMap(({ record }) =>
      notKept
        .filter((name) => name.startsWith(`${record.name}.`))
        .map((name) => quoteTable(record.name, name.slice(record.name.length + 1))),
    ),
    ...objectsNotKept.filter(({ name }) => name !== allOfKind).map(({ database, name }) => quoteTable(database, name)),
  ]);
  const left = new Set<SchemaObject>();
  const all = databases.flatMap(({ record }) => record.objects.map((object) => ({ database: record.name, object })));
  // Until nothing more is found: a view may stand on a view of a database that comes later.
  // It would be a command to the client that reads the file.
  for (const { object } of all) if (!isSafeForClient(object)) left.add(object);
  for (let before = -1; before < left.size;) {
    before = left.size;
    for (const { database, object } of all) {
      if (left.has(object)) continue;
      if (object.kind === 'trigger') {
        const table = triggeredTable(object.ddl, object.sqlMode);
        if (table !== null && lostTables.has(`${database}.${table}`)) left.add(object);
      }
      if (object.kind !== 'view') continue;
      const standsOnMissing = [...missing].some((name) => object.ddl.includes(name));
      if (!standsOnMissing && !broken.has(`${database}.${object.name}`)) continue;
      left.add(object);
      missing.add(quoteTable(database, object.name));
    }
  }
  return left;
}
