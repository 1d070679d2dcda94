import type { ProgramNote } from '../../../../shared/model/program-note.ts';
import { loadPresets } from '../../presets/preset.ts';
import type { SavedSource } from '../home/settings-file.ts';
import { shopsOf } from '../source-counts.ts';

/** What goes wrong after a restore of these programs if nobody knows; each program once, however many shops have it. */
export async function programNotes(source: SavedSource): Promise<ProgramNote[]> {
  const programs = new Set(shopsOf(source).map(({ preset }) => preset));
  const known = (await loadPresets()).filter(({ id }) => programs.has(id));
  return known.flatMap(({ label, traps }) => traps.map((text) => ({ program: label, text })));
}
