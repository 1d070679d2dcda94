import { AppError } from '../../../../shared/errors/app-error.ts';
import type { VerbInput, VerbOutput } from '../../../../shared/ipc/engine-verbs.ts';
import { inspectServer } from '../../source/mysql/index.ts';
import type { EngineContext, Run } from '../engine-context.ts';
import { viewOfSource } from '../home/saved-secrets.ts';
import type { SavedSource } from '../home/settings-file.ts';
import { accessOfSaved, withServerSession } from '../source-session.ts';
import { findSource } from './lookup.ts';
import { ledgersOfShops, shopsBehind, type SourceShops } from './source-shops.ts';

type Wish = VerbInput<'source.set'>;

/**
 * What the owner says of a shop, from the next backup on. Only a program's name needs the server. Errors: `source.unknown`, `usage.bad-argument`; with
 * `preset` also those of the connection.
 */
export async function sourceSet(context: EngineContext, wish: Wish, run: Run): Promise<VerbOutput<'source.set'>> {
  const source = await findSource(context, wish.name);
  const found = wish.preset === undefined ? null : await lookForShops(context, source, wish.preset, run.signal);
  const { sources } = await context.home.settings.update((settings) => ({
    ...settings,
    sources: settings.sources.map((each) => (each.id === source.id ? changed(each, wish, found) : each)),
  }));
  const saved = sources.find(({ id }) => id === source.id);
  if (saved === undefined) throw new AppError('source.unknown', { name: wish.name });
  await context.home.audit.append('source.set', auditFacts(wish));
  context.onCatalogChanged();
  return { source: viewOfSource(saved) };
}

interface Found {
  readonly now: SourceShops;
  /** Names of the ledgers that came with the shops that were known before. */
  readonly before: readonly string[];
}

async function lookForShops(
  context: EngineContext,
  source: SavedSource,
  preset: string,
  signal: AbortSignal,
): Promise<Found> {
  return withServerSession(accessOfSaved(context.unlocked().keys, source), signal, async ({ target }) => {
    const { shapes } = await inspectServer(target, { databases: source.databases, signal });
    const now = await shopsBehind(preset, shapes);
    return { now, before: await ledgersOfShops(source.shops ?? [], shapes) };
  });
}

function changed(source: SavedSource, wish: Wish, found: Found | null): SavedSource {
  const open = (wish.openColumns ?? []).map((name) => name.toLowerCase());
  const sealed = (wish.secretColumns ?? []).map((name) => name.toLowerCase());
  const isMeant = (name: string, by: string) => name === by || name.endsWith(`.${by}`) || by.endsWith(`.${name}`);
  const openColumns = [...new Set([...(source.openColumns ?? []), ...open])].filter(
    (name) => !sealed.some((each) => isMeant(name, each)),
  );
  const secretColumns = [...new Set([...source.secretColumns, ...(found?.now.secretColumns ?? []), ...sealed])].filter(
    (name) => !openColumns.some((each) => isMeant(name, each)),
  );
  const replaced = new Set([...(wish.withoutLedgers ?? []), ...(found?.before ?? [])]);
  const kept = source.ledgers.filter(({ name }) => !replaced.has(name));
  const fresh = [...(wish.ledgers ?? []), ...(found?.now.ledgers ?? [])];
  const named = new Set(fresh.map(({ name }) => name));
  return {
    ...source,
    secretColumns,
    openColumns,
    questions: (source.questions ?? []).filter(({ name }) => ![...open, ...sealed].some((each) => isMeant(name, each))),
    ledgers: [
      ...kept.filter(({ name }) => !named.has(name)),
      ...fresh.filter(({ name }, index) => fresh.findIndex((each) => each.name === name) === index),
    ],
    ...(wish.accounts === undefined ? {} : { accounts: wish.accounts }),
    ...(found === null
      ? {}
      : {
          preset: found.now.shops[0]?.preset ?? null,
          shops: [...found.now.shops],
          unclear: [...found.now.unclear],
        }),
  };
}

/** Names of columns and ledgers are no secrets; what is in them is not here. */
function auditFacts({ name, accounts, preset, secretColumns, openColumns, ledgers, withoutLedgers }: Wish) {
  const listed = (names: readonly string[] | undefined) => (names ?? []).join(', ');
  return {
    source: name,
    ...(accounts === undefined ? {} : { accounts }),
    ...(preset === undefined ? {} : { preset }),
    ...(secretColumns === undefined ? {} : { sealed: listed(secretColumns) }),
    ...(openColumns === undefined ? {} : { open: listed(openColumns) }),
    ...(ledgers === undefined ? {} : { ledgers: listed(ledgers.map((each) => each.name)) }),
    ...(withoutLedgers === undefined ? {} : { withoutLedgers: listed(withoutLedgers) }),
  };
}
