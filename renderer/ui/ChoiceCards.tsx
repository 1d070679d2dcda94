import { Group, Radio, SimpleGrid, Stack, Text } from '@mantine/core';

export interface CardChoice<V extends string> {
  readonly value: V;
  readonly title: string;
  readonly text?: string;
  readonly disabled?: boolean;
}

interface ChoiceCardsProps<V extends string> {
  readonly label: string;
  readonly value: V | null;
  readonly choices: readonly CardChoice<V>[];
  readonly onChange: (value: V) => void;
  readonly columns?: number;
}

/** One of a few, each with a sentence of its own. */
export function ChoiceCards<V extends string>({ label, value, choices, onChange, columns = 1 }: ChoiceCardsProps<V>) {
  return (
    <Radio.Group
      value={value}
      onChange={(next) => onChange(next)}
      label={label}
      labelProps={{ className: 'sh-unseen' }}
    >
      <SimpleGrid cols={columns} spacing="sm">
        {choices.map((choice) => (
          <Radio.Card
            key={choice.value}
            value={choice.value}
            className="sh-choice"
            radius="md"
            aria-label={choice.title}
            {...(choice.disabled === true ? { disabled: true } : {})}
          >
            <Group wrap="nowrap" align="flex-start">
              <Radio.Indicator />
              <Stack gap={2}>
                <Text fw={600} c={choice.disabled === true ? 'dimmed' : 'inherit'}>
                  {choice.title}
                </Text>
                {choice.text !== undefined && (
                  <Text size="sm" c="dimmed">
                    {choice.text}
                  </Text>
                )}
              </Stack>
            </Group>
          </Radio.Card>
        ))}
      </SimpleGrid>
    </Radio.Group>
  );
}
