import { Badge, Group, Stack, Text, Textarea } from '@mantine/core';
import { sheetWordCount } from '../../../shared/model/sheet-words.ts';
import { useWords } from '../../i18n/use-words.ts';
import { wordsIn } from './words.ts';

interface WordsFieldProps {
  readonly value: string;
  readonly error: string | null;
  /** From 1: one word, or two that have changed places. */
  readonly wrong: readonly number[];
  readonly onChange: (value: string) => void;
}

/** The 24 words, counted and numbered as they are typed, with the wrong one pointed at. */
export function WordsField({ value, error, wrong, onChange }: WordsFieldProps) {
  const { t } = useWords();
  const typed = wordsIn(value);
  const [position, other] = wrong;
  const pointed =
    position === undefined
      ? null
      : other === undefined
        ? t('recover.wrongWord', { position })
        : t('recover.swappedWords', { position, other });
  return (
    <Stack gap="xs">
      <Textarea
        label={t('recover.words')}
        description={t('recover.wordsHint')}
        value={value}
        error={error ?? pointed}
        errorProps={{ role: 'alert' }}
        onChange={(event) => onChange(event.currentTarget.value)}
        autosize
        minRows={3}
        autoComplete="off"
        spellCheck={false}
      />
      <Text size="sm" c={typed.length === sheetWordCount ? 'brand' : 'dimmed'} aria-live="polite">
        {t('recover.wordsCount', { count: typed.length })}
      </Text>
      {typed.length > 0 && (
        <Group component="ol" className="sh-list" gap={6} aria-label={t('recover.wordList')}>
          {typed.map((word, index) => (
            <Badge
              component="li"
              // Words may repeat; their place is what they are.
              key={index}
              variant={wrong.includes(index + 1) ? 'filled' : 'default'}
              color={wrong.includes(index + 1) ? 'orange' : 'gray'}
              tt="none"
              size="lg"
              {...(wrong.includes(index + 1) ? { 'aria-invalid': true } : {})}
            >
              {index + 1}. {word}
            </Badge>
          ))}
        </Group>
      )}
    </Stack>
  );
}
