import type { VerbInput, VerbOutput } from '../../../../shared/ipc/engine-verbs.ts';
import type { ProposedColumn, ProposedLedger } from '../../../../shared/model/proposal.ts';
import { isAsideDatabase } from '../../../../shared/model/aside-database.ts';
import { SecretColumnNames } from '../../../../shared/model/secret-columns.ts';
import { nameSigns } from '../../presets/propose/name-signs.ts';
import { judgeColumns, type SampledTable } from '../../presets/propose/propose-columns.ts';
import { judgeLedger } from '../../presets/propose/propose-ledger.ts';
import {
  connectMysql,
  describeColumns,
  readServerFacts,
  sampleColumns,
  type ListedColumn,
  type MysqlConnection,
} from '../../source/mysql/index.ts';
import { limitStatements } from '../../source/mysql/session.ts';
import { listDatabases } from '../../source/mysql/schema/list-databases.ts';
import type { EngineContext, Run } from '../engine-context.ts';
import type { SavedSource } from '../home/settings-file.ts';
import { accessOfSaved, withServerSession } from '../source-session.ts';
import { findSource } from './lookup.ts';

/** A question to the shop's tables ends after this, and so does all of it: it is read while buyers buy. */
const statementMs = 3_000;
const allMs = 120_000;

/**
 * Looks at names, types and a few hundred values of each table of an unknown shop, and says what may be cards, credentials and money. The values never
 * leave this function. Errors: `source.unknown`, `usage.secret-missing`, `tunnel.*`, `mysql.*`, the signal's reason.
 */
export async function sourcePropose(
  context: EngineContext,
  input: VerbInput<'source.propose'>,
  run: Run,
): Promise<VerbOutput<'source.propose'>> {
  const source = await findSource(context, input.name);
  return withServerSession(accessOfSaved(context.unlocked().keys, source), run.signal, async ({ target }) => {
    const connection = await connectMysql(target, { signal: run.signal, lockWaitMs: statementMs });
    try {
      await limitStatements(connection, statementMs);
      return await propose(connection, context, source, run);
    } finally {
      connection.close();
    }
  });
}

async function propose(
  connection: MysqlConnection,
  { clock }: EngineContext,
  source: SavedSource,
  { signal, report }: Run,
): Promise<VerbOutput<'source.propose'>> {
  const endMs = clock.monotonicMs() + allMs;
  const server = await readServerFacts(connection);
  const wanted = source.databases.length === 0 ? undefined : source.databases;
  const databases = (await listDatabases(connection, server, wanted)).filter(
    (name) => wanted !== undefined || !isAsideDatabase(name),
  );
  const sealed = new SecretColumnNames(source.secretColumns);
  const opened = new SecretColumnNames(source.openColumns ?? []);
  const columns: ProposedColumn[] = [];
  const ledgers: ProposedLedger[] = [];
  const unread: string[] = [];
  const looked = { tables: 0, columns: 0, rows: 0 };
  for (const database of databases) {
    const place = (table: string) => (databases.length > 1 ? `${database}.${table}` : table);
    const described = await describeColumns(connection, database, signal);
    for (const [table, listed] of described) {
      report({
        phase: 'read',
        detail: table,
        doneBytes: 0,
        totalBytes: null,
        doneItems: looked.tables,
        totalItems: described.size,
      });
      const samples = clock.monotonicMs() < endMs ? await sampled(connection, database, table, listed, signal) : null;
      if (samples === null) unread.push(`${database}.${table}`);
      looked.tables += 1;
      looked.columns += listed.length;
      looked.rows += Math.max(0, ...[...(samples?.values() ?? [])].map((values) => values.length));
      const judged: SampledTable = {
        table,
        columns: listed.map((each) => ({ ...each, table })),
        samples: samples ?? new Map(),
      };
      for (const { column, kind, why } of judgeColumns(judged)) {
        if (opened.has(database, table, column)) continue;
        const isSealed = sealed.has(database, table, column);
        columns.push({ name: `${place(table)}.${column}`.toLowerCase(), kind, isSealed, why: [...why] });
      }
      const money = judgeLedger(judged);
      if (money === null) continue;
      const isKnown = source.ledgers.some(
        (each) => each.database === database && each.table.toLowerCase() === table.toLowerCase(),
      );
      ledgers.push({
        definition: { name: place(table), database, ...money.definition },
        isKnown,
        statusValues: [...money.statusValues],
        why: [...money.why],
      });
    }
  }
  return { columns, ledgers, looked, unread };
}

/** Of the columns that may decide anything. Null: the table could not be read in time. */
async function sampled(
  connection: MysqlConnection,
  database: string,
  table: string,
  listed: readonly ListedColumn[],
  signal: AbortSignal,
): Promise<Map<string, (string | null)[]> | null> {
  const wanted = listed.filter((each) => isTelling({ ...each, table })).map(({ column }) => column);
  if (wanted.length === 0) return new Map();
  const key = listed.find(({ isKey }) => isKey)?.column ?? null;
  return sampleColumns(connection, database, table, wanted, key, signal);
}

/** Text that may be a card, states, times and amounts that are text. What is a password by its name is not read. */
function isTelling(column: ListedColumn & { readonly table: string }): boolean {
  const { isText, isCredential } = nameSigns(column);
  if (isCredential) return false;
  return isText || /status|state|time|date|(?:_at|_d)$/i.test(column.column);
}
