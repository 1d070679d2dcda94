import { Stack, Text, Title } from '@mantine/core';
import { IconShieldCheck } from '@tabler/icons-react';
import { useWords } from '../../i18n/use-words.ts';
import type { SnapshotDetail } from '../../stores/detail-store.ts';
import { Panel } from '../../ui/Panel.tsx';
import { eventText } from '../log/index.ts';
import { instantOf } from './moment.ts';
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
  const words = useWords();
  const { source, moment, what, tables, from, into, server, file, vault } = answers;
  const { t, format, language } = words;
  const base = format.dateShort(detail.snapshot.at);
  const date =
    moment.kind === 'snapshot'
      ? t('restore.confirmMoment.snapshot', { base })
      : moment.kind === 'time'
        ? t('restore.confirmMoment.time', { at: format.date(instantOf(moment.at) ?? ''), base })
        : t('restore.confirmMoment.event', {
            at: moment.event === null ? '' : format.date(moment.event.at),
            what: moment.event === null ? '' : eventText(moment.event, words),
            base,
          });
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
        {moment.kind !== 'snapshot' && <Text>{t('restore.confirmReplay', { base })}</Text>}
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
