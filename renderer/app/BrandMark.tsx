import { Group, Text } from '@mantine/core';
import { IconShieldHeart } from '@tabler/icons-react';
import { useWords } from '../i18n/use-words.ts';

export function BrandMark() {
  const { t } = useWords();
  return (
    <Group gap="xs" wrap="nowrap">
      <IconShieldHeart size={26} color="var(--mantine-primary-color-filled)" aria-hidden />
      <Text fw={700} size="lg">
        {t('app.name')}
      </Text>
    </Group>
  );
}
