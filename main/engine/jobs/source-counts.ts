import type { CountDefinition } from '../../../shared/model/database.ts';
import type { FoundShop } from '../../../shared/model/source.ts';
import { countsOf } from '../presets/bind-shop.ts';
import { loadPresets } from '../presets/preset.ts';
import type { SavedSource } from './home/settings-file.ts';

/** What is counted in the shops of a source, by what their programs are known for. Whether the tables are there is seen when they are asked. */
export async function countsOfSource(source: SavedSource): Promise<CountDefinition[]> {
  const presets = new Map((await loadPresets()).map((preset) => [preset.id, preset]));
  const shops = shopsOf(source);
  const names = new Set<string>();
  return shops.flatMap((shop) => {
    const preset = presets.get(shop.preset);
    if (preset === undefined) return [];
    return countsOf(preset, shop).map(({ id, database, table, where, sum, by }): CountDefinition => {
      const place = `${database}${shop.prefix === '' ? '' : `/${shop.prefix}`}`;
      const name = unused(shops.length > 1 ? `${id}@${place}` : id, names);
      return { id, name, database, table, where: [...where], sum, by };
    });
  });
}

/** A source that was saved before several shops were looked for has one, where its ledgers are. */
export function shopsOf({ shops, preset, ledgers, databases }: SavedSource): readonly FoundShop[] {
  if (shops !== undefined) return shops;
  const database = ledgers[0]?.database ?? databases[0];
  return preset === null || database === undefined ? [] : [{ preset, database, prefix: '' }];
}

function unused(name: string, names: Set<string>): string {
  let own = name;
  for (let n = 2; names.has(own); n++) own = `${name}-${n}`;
  names.add(own);
  return own;
}
