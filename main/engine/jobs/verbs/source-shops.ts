import { AppError } from '../../../../shared/errors/app-error.ts';
import type { LedgerDefinition } from '../../../../shared/model/database.ts';
import type { FoundShop, TestStep, UnclearShop } from '../../../../shared/model/source.ts';
import { bindShop, ledgerName, type BoundShop } from '../../presets/bind-shop.ts';
import { findShops, prefixesOf, type FoundShops } from '../../presets/find-shops.ts';
import { loadPresets, presetById } from '../../presets/preset.ts';
import type { Preset } from '../../presets/preset-schema.ts';
import { TableNames, type DatabaseShape } from '../../presets/table-names.ts';

/** What is known of the shops behind one source, in the names of their tables. */
export interface SourceShops {
  readonly shops: readonly FoundShop[];
  readonly unclear: readonly UnclearShop[];
  readonly ledgers: readonly LedgerDefinition[];
  readonly secretColumns: readonly string[];
  /** What programs of these shops usually have and these have not. */
  readonly missing: readonly string[];
}

/**
 * `auto`: what is recognised · `none`: nothing · an id: this program wherever its tables are, and what is recognised beside it.
 * Errors: `usage.bad-argument` {argument, value} when no tables of that program are there.
 */
export async function shopsBehind(wanted: string, shapes: readonly DatabaseShape[]): Promise<SourceShops> {
  const { shops, unclear } = await chooseShops(wanted, shapes);
  const neighbours = { isOneOfMany: shops.length > 1, isInManyDatabases: shapes.length > 1 };
  const bind = async (wantedShops: readonly FoundShop[]) => {
    const bound: BoundShop[] = [];
    for (const shop of wantedShops) {
      const shape = shapes.find(({ database }) => database === shop.database);
      if (shape !== undefined) bound.push(await bindShop(shop, shape, neighbours));
    }
    return bound;
  };
  const bound = await bind(shops);
  // Whichever it is, its cards are sealed: too much is taken back by a word of the owner, too little by nobody.
  const possible = await bind(
    unclear.flatMap(({ presets, database, prefix }) => presets.map((preset) => ({ preset, database, prefix }))),
  );
  return {
    shops,
    unclear,
    ledgers: bound.flatMap(({ ledgers }) => ledgers),
    secretColumns: [...new Set([...bound, ...possible].flatMap(({ secretColumns }) => secretColumns))],
    missing: bound.flatMap(({ missing, shop }) => missing.map((name) => `${shop.database}.${name}`)),
  };
}

/** Names of the ledgers that these shops bring, as they are called among each other. */
export async function ledgersOfShops(shops: readonly FoundShop[], shapes: readonly DatabaseShape[]): Promise<string[]> {
  const neighbours = { isOneOfMany: shops.length > 1, isInManyDatabases: shapes.length > 1 };
  const presets = await loadPresets();
  return shops.flatMap((shop) =>
    (presets.find(({ id }) => id === shop.preset)?.ledgers ?? []).map(({ name }) => ledgerName(shop, name, neighbours)),
  );
}

async function chooseShops(wanted: string, shapes: readonly DatabaseShape[]): Promise<FoundShops> {
  if (wanted === 'none') return { shops: [], unclear: [] };
  const found = await findShops(shapes);
  if (wanted === 'auto') return found;
  const preset = await presetById(wanted);
  const named = shapes.flatMap((shape) => placesOf(preset, shape, prefixesOf));
  // An owner who names the program may have changed its tables.
  const places = named.length > 0 ? named : bestOf(preset, shapes);
  if (places.length === 0) throw new AppError('usage.bad-argument', { argument: 'preset', value: wanted });
  const isTaken = ({ database, prefix }: { readonly database: string; readonly prefix: string }) =>
    places.some((place) => place.database === database && place.prefix === prefix);
  return {
    shops: [...places, ...found.shops.filter((shop) => !isTaken(shop))],
    unclear: found.unclear.filter((shop) => !isTaken(shop)),
  };
}

function placesOf(
  preset: Preset,
  shape: DatabaseShape,
  prefixes: (preset: Preset, names: TableNames) => readonly string[],
): FoundShop[] {
  return prefixes(preset, new TableNames(shape)).map((prefix) => ({
    preset: preset.id,
    database: shape.database,
    prefix,
  }));
}

/** Where the most of a program's cards and money is; nowhere without one of its card columns or all of its ledgers. */
function bestOf(preset: Preset, shapes: readonly DatabaseShape[]): FoundShop[] {
  const cards = preset.secretColumns.filter(({ table }) => !table.includes('*'));
  const tables = [...new Set([...cards, ...preset.ledgers].map(({ table }) => table))];
  const tried = shapes.flatMap((shape) => {
    const names = new TableNames(shape);
    return [...new Set(tables.flatMap((table) => names.prefixesBefore(table)))].flatMap((prefix) => {
      const sealed = cards.filter(({ table, column }) => names.has(prefix, table, column)).length;
      const hasLedgers = preset.ledgers.every(({ table }) => names.has(prefix, table));
      const score = tables.filter((table) => names.has(prefix, table)).length + sealed;
      const place = { preset: preset.id, database: shape.database, prefix };
      return sealed > 0 || hasLedgers ? [{ place, score }] : [];
    });
  });
  const most = Math.max(...tried.map(({ score }) => score));
  return tried.filter(({ score }) => score === most).map(({ place }) => place);
}

/** What the live test says about it: with the tables what was recognised, and what the owner has to look at as warnings of their own. */
export function withPrograms(steps: readonly TestStep[], wanted: string, found: SourceShops): TestStep[] {
  const { shops, unclear, missing } = found;
  const placeOf = ({ database, prefix }: { readonly database: string; readonly prefix: string }) =>
    prefix === '' ? database : `${database}, ${prefix}`;
  const step = (id: string, facts: TestStep['facts']): TestStep => ({ id, ok: true, ms: 0, facts, errorCode: null });
  const named = shops.map((shop) => `${shop.preset} (${placeOf(shop)})`).join(', ');
  const unsure = unclear.map((shop) => `${shop.presets.join(' / ')} (${placeOf(shop)})`).join(', ');
  return [
    ...steps.map((each) =>
      each.id === 'tables' && named !== '' ? { ...each, facts: { ...each.facts, shops: named } } : each,
    ),
    ...(unclear.length === 0 ? [] : [step('program-unclear', { shops: unsure, warning: true })]),
    ...(shops.length + unclear.length > 0 || wanted === 'none' ? [] : [step('program-unknown', { warning: true })]),
    ...(missing.length === 0 ? [] : [step('program-missing', { columns: missing.join(', '), warning: true })]),
  ];
}
