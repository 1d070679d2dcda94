import { List, Text } from '@mantine/core';
import type { ProgramNote } from '../../../shared/model/program-note.ts';
import { useWords } from '../../i18n/use-words.ts';
import { Panel } from '../../ui/Panel.tsx';

/** What the shop's program is known for, and an owner in a hurry would learn too late. */
export function ProgramNotes({ notes }: { readonly notes: readonly ProgramNote[] }) {
  const { t, language } = useWords();
  if (notes.length === 0) return null;
  return (
    <Panel title={t('proof.programNotes')}>
      <Text size="sm">{t('proof.programNotesText')}</Text>
      <List size="sm">
        {notes.map(({ program, text }) => (
          <List.Item key={text.en}>
            {program[language]}: {text[language]}
          </List.Item>
        ))}
      </List>
    </Panel>
  );
}
