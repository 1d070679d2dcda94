import { Stack, Text, Title } from '@mantine/core';
import { IconShieldCheck } from '@tabler/icons-react';
import { useWords } from '../../i18n/use-words.ts';
import type { SnapshotDetail } from '../../stores/detail-store.ts';
import { Panel } from '../../ui/Panel.tsx';
import { canHaveAccounts, holdsSecrets } from './restore-answers.ts';
import type { RestoreAnswers } from './restore-answers.ts';

/** What will happen, as one sentence, and what will not. */
export function ConfirmStep({
  detail,
  answers,
}: {
  readonly detail: SnapshotDetail;
  readonly answers: RestoreAnswers;
}) {
  const { t, format, language } = useWords();
  const { source, what, tables, from, into, server, file, vault } = answers;
  const date = format.dateShort(detail.snapshot.at);
  const as = answers.as.trim() === '' ? '' : t('restore.confirmAs', { as: answers.as.trim() });
  const parts = [
    what === 'everything'
      ? t('restore.confirmSnapshot', {
          source,
          date,
          tables: format.count(detail.tables.length),
          rows: format.count(detail.snapshot.rows),
        })
      : t('restore.confirmSome', { source, date, tables: tables.join(language === 'zh' ? '、' : ', ') }),
    from === null ? t('restore.confirmFromNearest') : t('restore.confirmFrom', { from }),
    t(`restore.confirmInto.${into}`, {
      as,
      host: server.viaSsh ? server.ssh.host : server.mysql.host,
      file: file?.label ?? '',
    }),
  ];
  const sentence = parts.join(language === 'zh' ? '，' : ' ');
  return (
    <Stack>
      <Title order={2} size="h4">
        {t('restore.confirmTitle')}
      </Title>
      <Panel>
        <Text size="lg" className="sh-break">
          {sentence}
        </Text>
        {holdsSecrets(answers, detail) && (
          <Text>{t(vault === 'closed' ? 'restore.confirmVaultClosed' : 'restore.confirmVaultOpen')}</Text>
        )}
        {answers.accounts && canHaveAccounts(answers, detail) && <Text>{t('restore.confirmAccounts')}</Text>}
        <Text fw={600} c="brand" style={{ display: 'flex', gap: 8, alignItems: 'center' }}>
          <IconShieldCheck size={20} aria-hidden />
          {t('restore.untouched')}
        </Text>
      </Panel>
    </Stack>
  );
}
