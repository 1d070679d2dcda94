import type { ProgramNote } from '../../../../shared/model/program-note.ts';
import { loadPresets } from '../../presets/preset.ts';
import type { Preset } from '../../presets/preset-schema.ts';
import type { SavedSource } from '../home/settings-file.ts';
import { shopsOf } from '../source-counts.ts';

/** What goes wrong after a restore of these programs if nobody knows; each program once, however many shops have it. */
export async function programNotes(source: SavedSource): Promise<ProgramNote[]> {
  const programs = new Set(shopsOf(source).map(({ preset }) => preset));
  const known = (await loadPresets()).filter(({ id }) => programs.has(id));
  return known.flatMap((preset) =>
    [...preset.traps, ...credentialNote(preset)].map((text) => ({ program: preset.label, text })),
  );
}

/** Passwords and keys come back as they were, those that were changed since as well. By names of tables alone. */
function credentialNote({ credentialColumns }: Preset): Preset['traps'] {
  const tables = [...new Set(credentialColumns.map(({ table }) => table))];
  if (tables.length === 0) return [];
  return [
    {
      zh: `后台密码、支付密钥等都回到了备份那一刻（表 ${tables.join('、')}）：之后改过的要再改一次；如果是被人入侵才恢复，请全部换新`,
      en: `passwords and payment keys are again what they were at the backup (tables ${tables.join(', ')}): change again what was changed since, and change all of them if somebody broke in`,
    },
  ];
}
