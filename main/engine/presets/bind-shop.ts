import type { CountId, LedgerDefinition, RowCondition } from '../../../shared/model/database.ts';
import type { FoundShop } from '../../../shared/model/source.ts';
import { presetById } from './preset.ts';
import type { Preset, PresetCount } from './preset-schema.ts';
import type { ResaleRules } from './resale-rules.ts';
import { TableNames, type DatabaseShape } from './table-names.ts';

/** What a preset says, in the names of one shop. */
export interface BoundShop {
  readonly shop: FoundShop;
  readonly preset: Preset;
  readonly secretColumns: readonly string[];
  readonly ledgers: readonly LedgerDefinition[];
  /** `table.column` of the preset that this shop does not have, though every shop of this program should: an old or changed version. */
  readonly missing: readonly string[];
}

/** How many shops there are beside this one, which decides how their things are called. */
export interface Neighbours {
  /** Several shops in one source: names of ledgers say where they are. */
  readonly isOneOfMany: boolean;
  /** Several databases in one source: a column's name says in which. */
  readonly isInManyDatabases: boolean;
}

/** Binds what is there and names what is not. What a version of the program may lack is not missed. */
export async function bindShop(shop: FoundShop, shape: DatabaseShape, neighbours: Neighbours): Promise<BoundShop> {
  const preset = await presetById(shop.preset);
  const names = new TableNames(shape);
  const missing: string[] = [];
  const secretColumns: string[] = [];
  for (const { table, column, optional } of preset.secretColumns) {
    const isPattern = table.includes('*');
    const isThere = isPattern || names.has(shop.prefix, table, column);
    if (isThere) secretColumns.push(secretName(shop, table, column, neighbours));
    else if (optional !== true) missing.push(`${shop.prefix}${table}.${column}`);
  }
  const ledgers: LedgerDefinition[] = [];
  for (const ledger of preset.ledgers) {
    const table = names.find(shop.prefix, ledger.table);
    const lacks = columnsOfLedger(ledger).filter((column) => !names.has(shop.prefix, ledger.table, column));
    if (table === null || lacks.length > 0) {
      missing.push(...(table === null ? [''] : lacks).map((column) => `${shop.prefix}${ledger.table}.${column}`));
      continue;
    }
    ledgers.push({ ...ledger, name: ledgerName(shop, ledger.name, neighbours), database: shop.database, table });
  }
  return {
    shop,
    preset,
    secretColumns,
    ledgers,
    missing: [...new Set(missing.map((name) => name.replace(/\.$/, '')))],
  };
}

function columnsOfLedger(ledger: Preset['ledgers'][number]): string[] {
  const { amountColumn, statusColumn, where = [], day, productColumn, currencyColumn } = ledger;
  return [
    amountColumn,
    statusColumn,
    day?.column,
    productColumn,
    currencyColumn,
    ...where.map(({ column }) => column),
  ].filter((column) => column != null);
}

function secretName({ database, prefix }: FoundShop, table: string, column: string, neighbours: Neighbours): string {
  const short = `${prefix}${table}.${column}`.toLowerCase();
  return neighbours.isInManyDatabases ? `${database.toLowerCase()}.${short}` : short;
}

/** `orders`, or `orders@shop`, or `orders@shop/acg_`. */
export function ledgerName({ database, prefix }: FoundShop, name: string, { isOneOfMany }: Neighbours): string {
  return isOneOfMany ? `${name}@${database}${prefix === '' ? '' : `/${prefix}`}` : name;
}

/** Something to count, in the names of one shop. */
export interface BoundCount extends Omit<PresetCount, 'id' | 'table' | 'where'> {
  readonly id: CountId;
  readonly shop: FoundShop;
  readonly database: string;
  readonly table: string;
  readonly where: readonly RowCondition[];
}

/** Counts of a shop, by the names its preset and prefix give; whether its tables are there is seen when they are asked. */
export function countsOf(preset: Preset, shop: FoundShop): BoundCount[] {
  return [...preset.counts, ...otherCards(preset)].map((count) => ({
    ...count,
    shop,
    database: shop.database,
    table: `${shop.prefix}${count.table}`,
  }));
}

/**
 * Cards whose status is neither one of selling nor one that is counted as for sale, by that status: locked ones, or what a newer version of the program calls them. They are
 * nobody's stock and nobody's sale until a person says so. A preset may call more unsold than its count has for sale (locked, not active yet): these would be in no figure.
 * Nothing where the program's statuses of sold cards are not known.
 */
function otherCards({ stock, counts }: Preset): (Omit<PresetCount, 'id'> & { readonly id: CountId })[] {
  if (stock?.status == null || stock.status.sold.length === 0) return [];
  const { column, unsold, sold } = stock.status;
  const forSale = counts.find(({ id, table }) => id === 'unsold-cards' && table === stock.table);
  const counted = forSale?.where.find((condition) => condition.column === column)?.values ?? unsold;
  const where = [...stock.where, { column, values: [...new Set([...counted, ...sold])], not: true as const }];
  return [{ id: 'other-cards', table: stock.table, where, sum: null, by: column }];
}

/** Full names, in lower case, of the tables that lose rows without harm, with the reason. */
export function shrinksOf(
  preset: Preset,
  shop: FoundShop,
): ReadonlyMap<string, { readonly zh: string; readonly en: string }> {
  return new Map(
    preset.shrinks.map(({ table, why }) => [`${shop.database}.${shop.prefix}${table}`.toLowerCase(), why]),
  );
}

/** The rules of selling in the names of a shop with this prefix. */
export function rulesWithPrefix(rules: ResaleRules, prefix: string): ResaleRules {
  if (prefix === '') return rules;
  return {
    cards: { ...rules.cards, table: `${prefix}${rules.cards.table}` },
    orders: { ...rules.orders, table: `${prefix}${rules.orders.table}` },
  };
}
