import type { FoundShop, UnclearShop } from '../../../shared/model/source.ts';
import { loadPresets } from './preset.ts';
import type { Preset } from './preset-schema.ts';
import { TableNames, type DatabaseShape } from './table-names.ts';

export interface FoundShops {
  readonly shops: readonly FoundShop[];
  /** Where several presets fit the same tables and none of them says more than the others: nobody guesses. */
  readonly unclear: readonly UnclearShop[];
}

/** Every shop in these databases, with the prefix that its tables have, in the order of databases and prefixes. */
export async function findShops(shapes: readonly DatabaseShape[]): Promise<FoundShops> {
  const presets = await loadPresets();
  const shops: FoundShop[] = [];
  const unclear: UnclearShop[] = [];
  for (const shape of shapes) {
    const names = new TableNames(shape);
    const fits = presets.flatMap((preset) => prefixesOf(preset, names).map((prefix) => ({ preset, prefix })));
    for (const group of inConflict(fits)) {
      const [first] = group;
      if (first === undefined) continue;
      const found = { database: shape.database, prefix: first.prefix };
      if (group.length === 1) shops.push({ preset: first.preset.id, ...found });
      else unclear.push({ ...found, presets: group.map(({ preset }) => preset.id) });
    }
  }
  return { shops: shops.sort(byPlace), unclear: unclear.sort(byPlace) };
}

/** The prefixes under which a preset's tables are in a database. A shop that was installed with another prefix than usual is one too. */
export function prefixesOf(preset: Preset, names: TableNames): string[] {
  // Of the longest name there are the fewest that only end like it.
  const [anchor = ''] = [...preset.detect.tables].sort((a, b) => b.length - a.length);
  return names.prefixesBefore(anchor).filter((prefix) => isUsable(preset, prefix) && fits(preset, prefix, names));
}

/** Programs that know no prefix are sometimes installed with one all the same, by an option of their framework: that one ends as people write them. */
function isUsable({ prefix: kind }: Preset, prefix: string): boolean {
  return prefix === '' || kind.kind === 'chosen' || prefix.endsWith('_');
}

function fits({ detect }: Preset, prefix: string, names: TableNames): boolean {
  return (
    detect.tables.every((table) => names.has(prefix, table)) &&
    !detect.absentTables.some((table) => names.has(prefix, table)) &&
    Object.entries(detect.columns).every(([table, columns]) =>
      columns.every((column) => names.has(prefix, table, column)),
    )
  );
}

interface Fit {
  readonly preset: Preset;
  readonly prefix: string;
}

/** Fits that want the same tables, each group without those whose rule another of them contains. */
function inConflict(fits: readonly Fit[]): Fit[][] {
  const left = fits.filter(
    (fit) =>
      !fits.some((other) => other !== fit && other.prefix === fit.prefix && containsRule(other.preset, fit.preset)),
  );
  const groups: Fit[][] = [];
  for (const fit of left) {
    const touching = groups.filter((group) => group.some((other) => shareTables(other, fit)));
    for (const group of touching) groups.splice(groups.indexOf(group), 1);
    groups.push([...touching.flat(), fit]);
  }
  return groups;
}

function shareTables(a: Fit, b: Fit): boolean {
  const tables = new Set(a.preset.detect.tables.map((table) => a.prefix + table));
  return b.preset.detect.tables.some((table) => tables.has(b.prefix + table));
}

/** Whatever fits `wide` fits `narrow` too, and not the other way round. */
function containsRule({ id, detect: wide }: Preset, { id: otherId, detect: narrow }: Preset): boolean {
  return id !== otherId && includesAll(wide, narrow) && !includesAll(narrow, wide);
}

function includesAll(wide: Preset['detect'], narrow: Preset['detect']): boolean {
  return (
    narrow.tables.every((table) => wide.tables.includes(table)) &&
    narrow.absentTables.every((table) => wide.absentTables.includes(table)) &&
    Object.entries(narrow.columns).every(([table, columns]) =>
      columns.every((column) => wide.columns[table]?.includes(column) === true),
    )
  );
}

function byPlace(a: { database: string; prefix: string }, b: { database: string; prefix: string }): number {
  return a.database.localeCompare(b.database) || a.prefix.localeCompare(b.prefix);
}
