import { inspectServer } from '../../source/mysql/index.ts';
import type { EngineContext } from '../engine-context.ts';
import type { SavedSource } from '../home/settings-file.ts';
import { accessOfSaved, withServerSession } from '../source-session.ts';
import { shopsBehind } from '../verbs/source-shops.ts';

/**
 * Databases that a source keeps from now on. The server is asked first: one that cannot be read is refused now, not at night, and the cards of a shop that is recognised
 * in it are sealed from its first row. What was said of the others stays. Errors: those of `inspectServer`.
 */
export async function addDatabases(
  context: EngineContext,
  source: SavedSource,
  names: readonly string[],
  signal: AbortSignal,
): Promise<void> {
  const access = accessOfSaved(context.unlocked().keys, source);
  const databases = [...new Set([...source.databases, ...names])];
  const { shapes } = await withServerSession(access, signal, ({ target }) =>
    inspectServer(target, { databases, signal }),
  );
  const found = await shopsBehind('auto', shapes);
  const isNew = ({ database }: { readonly database: string }) => names.includes(database);
  // By full names: what the source had before may be written short.
  const secretColumns = found.secretColumns.filter((name) =>
    names.some((each) => name.startsWith(`${each.toLowerCase()}.`)),
  );
  const ledgers = found.ledgers.filter(isNew);
  await context.home.settings.update((settings) => ({
    ...settings,
    sources: settings.sources.map((each) => {
      if (each.id !== source.id) return each;
      const known = new Set(each.ledgers.map(({ name }) => name));
      return {
        ...each,
        databases: [...new Set([...each.databases, ...names])],
        shops: [...(each.shops ?? []), ...found.shops.filter(isNew)],
        unclear: [...(each.unclear ?? []), ...found.unclear.filter(isNew)],
        secretColumns: [...new Set([...each.secretColumns, ...secretColumns])],
        ledgers: [
          ...each.ledgers,
          ...ledgers.map((ledger) =>
            known.has(ledger.name) ? { ...ledger, name: `${ledger.name}@${ledger.database}` } : ledger,
          ),
        ],
      };
    }),
  }));
}
