import { Group, Loader, Stack, Text, Title } from '@mantine/core';
import { IconAlertTriangle, IconCheck, IconHelp, IconX } from '@tabler/icons-react';
import { restoreCheckText, type RestoreCheckText } from '../../../shared/i18n/restore-checks.ts';
import type { RestoreCheck } from '../../../shared/model/restore-check.ts';
import { useWords } from '../../i18n/use-words.ts';
import { Panel } from '../../ui/Panel.tsx';
import type { ChecksState } from './checks-store.ts';

const looks = {
  ok: { color: 'brand', icon: IconCheck },
  warn: { color: 'orange', icon: IconAlertTriangle },
  fail: { color: 'red', icon: IconX },
  unknown: { color: 'gray', icon: IconHelp },
} as const;
const order = ['fail', 'warn', 'unknown', 'ok'] as const;

/** What was looked at before anything is written: first what has to be seen to, what is well in one line. */
export function ChecksPanel({ state }: { readonly state: ChecksState }) {
  const { t, error } = useWords();
  if (state.view === 'idle') return null;
  return (
    <Panel>
      <Stack gap="sm" data-testid="restore-checks" aria-busy={state.view === 'looking'}>
        <Title order={3} size="h5">
          {t('restore.checksTitle')}
        </Title>
        {state.view === 'looking' && (
          <Group gap="sm" role="status">
            <Loader size="sm" />
            <Text>{t('restore.checksLooking')}</Text>
          </Group>
        )}
        {state.view === 'failed' && (
          <Text className="sh-break">{t('restore.checksFailed', { why: error(state.error).message })}</Text>
        )}
        {state.view === 'ready' && <Findings checks={state.checks} />}
        {state.view === 'ready' && state.checks.some((check) => check.state === 'fail') && (
          <Text fw={600}>{t('restore.checksRefused')}</Text>
        )}
      </Stack>
    </Panel>
  );
}

/** What is well is named in one line; of room the figures are told all the same. */
function Findings({ checks }: { readonly checks: readonly RestoreCheck[] }) {
  const { t, language } = useWords();
  const isTold = ({ id, state }: RestoreCheck) => state !== 'ok' || id === 'room';
  const told = checks.filter(isTold).sort((a, b) => order.indexOf(a.state) - order.indexOf(b.state));
  const labels = checks.filter((check) => !isTold(check)).map((check) => restoreCheckText(check, language).label);
  return (
    <>
      {told.map((check) => {
        const { label, text } = restoreCheckText(check, language);
        return <Finding key={check.id} state={check.state} label={label} text={text} />;
      })}
      {labels.length > 0 && (
        <Finding state="ok" label={t('restore.checksFine')} text={labels.join(language === 'zh' ? '、' : ' · ')} />
      )}
    </>
  );
}

function Finding({ state, label, text }: Pick<RestoreCheck, 'state'> & RestoreCheckText) {
  const { t, language } = useWords();
  const { color, icon: Icon } = looks[state];
  return (
    <Group gap="sm" wrap="nowrap" align="flex-start">
      <Icon
        size={20}
        style={{ flexShrink: 0, marginTop: 2, color: `var(--mantine-color-${color}-6)` }}
        aria-label={t(`restore.checkState.${state}`)}
      />
      <Text className="sh-break" size="sm">
        <Text span fw={600}>
          {label}
        </Text>
        {language === 'zh' ? '：' : ': '}
        {text}
      </Text>
    </Group>
  );
}
