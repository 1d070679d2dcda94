import { Group, Paper, Stack, Text, ThemeIcon, Title } from '@mantine/core';
import { IconAlertTriangle, IconCheck, IconInfoCircle } from '@tabler/icons-react';
import type { ReactNode } from 'react';

interface VerdictProps {
  readonly tone: 'good' | 'attention' | 'neutral';
  readonly title: string;
  /** Where it stands for an error: its code, for whoever looks for it. */
  readonly errorCode?: string;
  readonly children?: ReactNode;
}

const looks = {
  good: { color: 'brand', icon: IconCheck },
  attention: { color: 'orange', icon: IconAlertTriangle },
  neutral: { color: 'gray', icon: IconInfoCircle },
} as const;

/** The one thing to know, said large and calmly. */
export function Verdict({ tone, title, errorCode, children }: VerdictProps) {
  const { color, icon: Icon } = looks[tone];
  return (
    <Paper
      p="lg"
      radius="lg"
      withBorder
      role={errorCode === undefined ? 'status' : 'alert'}
      {...(errorCode === undefined ? {} : { 'data-error-code': errorCode })}
      style={{ borderColor: `var(--mantine-color-${color}-4)` }}
    >
      <Group align="flex-start" wrap="nowrap" gap="lg">
        <ThemeIcon size={48} radius="xl" variant="light" color={color}>
          <Icon size={28} aria-hidden />
        </ThemeIcon>
        <Stack gap="xs" flex={1} miw={0}>
          <Title order={2} size="h3">
            {title}
          </Title>
          {typeof children === 'string' ? <Text>{children}</Text> : children}
        </Stack>
      </Group>
    </Paper>
  );
}
