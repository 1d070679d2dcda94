import {
  ActionIcon,
  Badge,
  Group,
  SegmentedControl,
  Text,
  useComputedColorScheme,
  useMantineColorScheme,
} from '@mantine/core';
import { IconMoon, IconSun } from '@tabler/icons-react';
import type { Language } from '../../shared/ipc/contract.ts';
import { useWords } from '../i18n/use-words.ts';
import type { AppState } from '../stores/session-store.ts';
import { BrandMark } from './BrandMark.tsx';

interface TopBarProps {
  readonly app: AppState | null;
  readonly isFake: boolean;
  readonly onLanguage: (language: Language) => void;
}

export function TopBar({ app, isFake, onLanguage }: TopBarProps) {
  const { t, language } = useWords();
  const { setColorScheme } = useMantineColorScheme();
  const scheme = useComputedColorScheme('light');
  return (
    <Group h="100%" px="lg" justify="space-between" wrap="nowrap">
      <Group gap="md" wrap="nowrap">
        <BrandMark />
        {isFake && (
          <Badge color="yellow" variant="light" tt="none">
            {t('app.fake')}
          </Badge>
        )}
      </Group>
      <Group gap="md" wrap="nowrap">
        {app !== null && (
          <Text size="xs" c="dimmed" visibleFrom="md">
            {t('top.version', { version: app.version })}
          </Text>
        )}
        <SegmentedControl
          size="xs"
          aria-label={t('top.language')}
          value={language}
          onChange={(value) => onLanguage(value === 'en' ? 'en' : 'zh')}
          data={[
            { value: 'zh', label: '中文' },
            { value: 'en', label: 'English' },
          ]}
        />
        <ActionIcon
          variant="default"
          size="lg"
          aria-label={t(scheme === 'light' ? 'top.dark' : 'top.light')}
          onClick={() => setColorScheme(scheme === 'light' ? 'dark' : 'light')}
        >
          {scheme === 'light' ? <IconMoon size={18} aria-hidden /> : <IconSun size={18} aria-hidden />}
        </ActionIcon>
      </Group>
    </Group>
  );
}
