import { Group, Paper, Stack, Title } from '@mantine/core';
import { useId } from 'react';
import type { ReactNode } from 'react';

interface PanelProps {
  readonly title?: string;
  readonly actions?: ReactNode;
  readonly children: ReactNode;
}

/** A named region of a page. */
export function Panel({ title, actions, children }: PanelProps) {
  const id = useId();
  return (
    <Paper
      withBorder
      p="lg"
      radius="lg"
      component="section"
      {...(title === undefined ? {} : { 'aria-labelledby': id })}
    >
      <Stack gap="md">
        {(title !== undefined || actions !== undefined) && (
          <Group justify="space-between">
            <Title order={2} size="h4" id={id}>
              {title}
            </Title>
            {actions}
          </Group>
        )}
        {children}
      </Stack>
    </Paper>
  );
}
