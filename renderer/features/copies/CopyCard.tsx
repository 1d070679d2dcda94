import { Badge, Button, Collapse, Group, Paper, Stack, Text, ThemeIcon, Title } from '@mantine/core';
import {
  IconChevronDown,
  IconChevronUp,
  IconCloud,
  IconDeviceDesktop,
  IconServer2,
  IconUsb,
} from '@tabler/icons-react';
import { useId, type ReactNode } from 'react';
import type { DestinationRole } from '../../../shared/model/destination.ts';
import { useWords } from '../../i18n/use-words.ts';

const icons: Readonly<Record<DestinationRole, typeof IconUsb>> = {
  main: IconDeviceDesktop,
  'second-disk': IconServer2,
  cold: IconUsb,
  offsite: IconUsb,
  cloud: IconCloud,
};

interface CopyCardProps {
  readonly name: string;
  readonly role: DestinationRole;
  /** The one thing to know. */
  readonly sentence: string;
  readonly isAttention: boolean;
  /** The one thing to do, where there is one. */
  readonly action?: ReactNode;
  readonly isOpen: boolean;
  readonly onToggle: () => void;
  /** What is shown on demand. */
  readonly children: ReactNode;
}

/** One copy in a line: what it is, the sentence that matters, and the rest on demand. */
export function CopyCard({ name, role, sentence, isAttention, action, isOpen, onToggle, children }: CopyCardProps) {
  const { t } = useWords();
  const [titleId, detailsId] = [useId(), useId()];
  const Icon = icons[role];
  const Chevron = isOpen ? IconChevronUp : IconChevronDown;
  return (
    <Paper withBorder px="lg" py="md" radius="lg" component="section" aria-labelledby={titleId}>
      <Group wrap="nowrap" align="center" gap="md">
        <ThemeIcon size={40} radius="xl" variant="light" color={isAttention ? 'orange' : 'brand'}>
          <Icon size={22} aria-hidden />
        </ThemeIcon>
        <Stack gap={2} flex={1} miw={0}>
          <Group gap="xs">
            <Title order={3} size="h5" id={titleId} className="sh-break">
              {name}
            </Title>
            {t(`role.${role}`) !== name && (
              <Badge variant="light" color="gray" size="sm">
                {t(`role.${role}`)}
              </Badge>
            )}
          </Group>
          <Text size="sm" {...(isAttention ? { c: 'orange.8' } : { c: 'dimmed' })}>
            {sentence}
          </Text>
        </Stack>
        <Group gap="xs" wrap="nowrap">
          {action}
          <Button
            variant="subtle"
            color="gray"
            size="xs"
            rightSection={<Chevron size={16} aria-hidden />}
            onClick={onToggle}
            aria-expanded={isOpen}
            aria-controls={detailsId}
            aria-label={t('copies.detailsLabel', { name })}
          >
            {t(isOpen ? 'copies.less' : 'copies.details')}
          </Button>
        </Group>
      </Group>
      <Collapse expanded={isOpen} id={detailsId}>
        {isOpen && (
          <Stack gap="md" pt="md" pl={56}>
            {children}
          </Stack>
        )}
      </Collapse>
    </Paper>
  );
}
