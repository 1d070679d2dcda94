import { expect, it } from 'vitest';
import { loadPresets } from '../../presets/preset.ts';
import type { SavedSource } from '../home/settings-file.ts';
import { programNotes } from './program-notes.ts';

it('names once, for every program that is known, each table whose passwords came back', async () => {
  for (const { id, credentialColumns, traps } of await loadPresets()) {
    const shop = { preset: id, database: 'shop', prefix: '' };
    const source = { database: 'shop', shops: [shop, { ...shop, prefix: 'b_' }] } as unknown as SavedSource;
    const notes = await programNotes(source);
    expect(notes).toHaveLength(traps.length + 1);
    const text = notes.at(-1)?.text;
    for (const { table } of credentialColumns) {
      expect(text?.zh).toContain(table);
      expect(text?.en).toContain(table);
    }
  }
});
