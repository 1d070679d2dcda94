import { toAppError } from '../../../../shared/errors/app-error.ts';
import type { ResaleResult } from '../../../../shared/model/resale.ts';
import { Findings, guardResale, type GuardReport } from '../../resale/index.ts';
import { connectMysql, type MysqlTarget } from '../../source/mysql/index.ts';
import type { Exchange } from '../../swap/index.ts';
import type { EngineContext, Run } from '../engine-context.ts';
import type { BookedRestore } from '../home/restore-book.ts';
import { letPass } from '../let-pass.ts';
import { hiddenOf, resaleRulesOf, resultOf } from '../restore/resale-guard.ts';

export interface GuardedExchange {
  readonly resale: ResaleResult;
  readonly notes: readonly string[];
}

const nothing = { cards: 0, orders: 0, csv: null } as const;

/**
 * The shop sold until the moment of the exchange: what was sold in the tables that have just left is marked in those that came in their place, whichever
 * way it went. It runs before the exchange counts as finished, so that one that is stopped here does it when it is completed.
 * The exchange has happened: what goes wrong from here on is said in the notes, never thrown. Errors: the signal's reason.
 */
export async function guardExchange(
  context: EngineContext,
  restore: BookedRestore,
  exchange: Exchange,
  target: MysqlTarget,
  run: Run,
): Promise<GuardedExchange> {
  const source = (await context.home.settings.read()).sources.find(({ name }) => name === restore.source) ?? null;
  const rules = await resaleRulesOf(source?.preset ?? null);
  if (rules === null) return { resale: { ...nothing, skipped: 'no-rules' }, notes: [] };
  const isMoved = (database: string) =>
    exchange.tables.some(
      ({ database: home, name, comes, leaves }) =>
        home === database && comes && leaves && name.toLowerCase() === rules.cards.table.toLowerCase(),
    );
  const moved = exchange.databases.filter(({ live }) => isMoved(live));
  // The shop's cards were gone, or stay where they are: nobody sold any meanwhile.
  if (moved.length === 0) return { resale: { ...nothing, skipped: 'not-restored' }, notes: [] };
  const { signal } = run;
  const since = exchange.direction === 'undo' ? (restore.swappedAt ?? restore.stoppedAt) : restore.stoppedAt;
  try {
    const reports: GuardReport[] = [];
    for (const { live, away } of moved) {
      const [here, there] = [await connectMysql(target, { signal }), await connectMysql(target, { signal })];
      try {
        reports.push(
          await guardResale({
            rules,
            hidden: hiddenOf(rules, live, source),
            database: live,
            copy: { connection: here, database: live },
            point: { place: null, atMs: Date.parse(since) },
            undone: null,
            log: null,
            isCaughtUp: false,
            live: { connection: there, database: away },
            findings: new Findings(),
            clock: context.clock,
            onProgress: (phase, doneItems, totalItems) =>
              run.report({ phase, detail: live, doneBytes: 0, totalBytes: null, doneItems, totalItems }),
            signal,
          }),
        );
      } finally {
        here.close();
        there.close();
      }
    }
    const resale = await resultOf(context, restore.source, rules, reports);
    // No log was asked: the tables that left know everything that was sold in them.
    return { resale: { ...resale, complete: reports.every(({ gaps }) => gaps.length === 0) }, notes: [] };
  } catch (error) {
    letPass(error, signal);
    return { resale: nothing, notes: [`resale-failed: ${toAppError(error).code}`] };
  }
}
