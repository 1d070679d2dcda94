import { shrinksOf } from '../presets/bind-shop.ts';
import { loadPresets } from '../presets/preset.ts';
import type { EngineContext } from './engine-context.ts';
import { shopsOf } from './source-counts.ts';

/** For each source of this home by its id: full names, in lower case, of the tables that its programs clear by themselves. */
export async function shrinkingTables({ home }: EngineContext): Promise<(sourceId: string) => ReadonlySet<string>> {
  const presets = new Map((await loadPresets()).map((preset) => [preset.id, preset]));
  const { sources } = await home.settings.read();
  const known = new Map(
    sources.map((source) => {
      const tables = shopsOf(source).flatMap((shop) => {
        const preset = presets.get(shop.preset);
        return preset === undefined ? [] : [...shrinksOf(preset, shop).keys()];
      });
      return [source.id, new Set(tables)] as const;
    }),
  );
  return (sourceId) => known.get(sourceId) ?? new Set();
}
