import { Alert, Stack, Switch, TextInput, Title } from '@mantine/core';
import type { SourceView } from '../../../shared/model/source.ts';
import { useWords } from '../../i18n/use-words.ts';
import type { SnapshotDetail } from '../../stores/detail-store.ts';
import type { Dialogs } from '../../stores/dialogs.ts';
import { ChoiceCards } from '../../ui/ChoiceCards.tsx';
import { Panel } from '../../ui/Panel.tsx';
import { ChooseField } from '../choose/index.ts';
import { ServerFields } from '../shop/index.ts';
import type { FormErrors } from '../shop/index.ts';
import { canHaveAccounts, restoreTargets } from './restore-answers.ts';
import type { RestoreAnswers } from './restore-answers.ts';

interface IntoStepProps {
  readonly source: SourceView | null;
  readonly detail: SnapshotDetail;
  readonly answers: RestoreAnswers;
  readonly errors: FormErrors;
  readonly dialogs: Dialogs;
  readonly onAnswer: (changes: Partial<RestoreAnswers>) => void;
}

export function IntoStep({ source, detail, answers, errors, dialogs, onAnswer }: IntoStepProps) {
  const { t } = useWords();
  const hasLogin = source?.hasCredentials === true;
  const { databases, at } = detail.snapshot;
  const canRename = databases.length === 1 && (answers.into === 'same' || answers.into === 'server');
  const example = `${databases[0] ?? 'shop'}${
    answers.into === 'same'
      ? `__restore_${at
          .slice(0, 19)
          .replace(/\D/g, '')
          .replace(/^(\d{8})/, '$1_')}`
      : ''
  }`;
  return (
    <Stack>
      <Title order={2} size="h4">
        {t('restore.intoTitle')}
      </Title>
      <ChoiceCards
        label={t('restore.intoTitle')}
        value={answers.into}
        columns={2}
        onChange={(into) => onAnswer({ into })}
        choices={restoreTargets.map((value) => ({
          value,
          title: t(`restore.into.${value}`),
          text: t(`restore.intoText.${value}`),
          disabled: value === 'same' && !hasLogin,
        }))}
      />
      {!hasLogin && <Alert color="gray">{t('restore.needsShop')}</Alert>}
      {canRename && (
        <TextInput
          label={t('restore.as')}
          description={t(answers.into === 'same' ? 'restore.asHint' : 'restore.asHintOwn', { example })}
          inputWrapperOrder={['label', 'input', 'description', 'error']}
          placeholder={t('common.optional')}
          value={answers.as}
          maxLength={64}
          spellCheck={false}
          onChange={(event) => onAnswer({ as: event.currentTarget.value })}
        />
      )}
      {answers.into === 'server' && (
        <ServerFields
          value={answers.server}
          errors={errors}
          dialogs={dialogs}
          onChange={(server) => onAnswer({ server, fingerprint: null })}
        />
      )}
      {answers.into === 'sql' && (
        <Panel>
          <ChooseField
            kind="file"
            label={t('restore.sqlFile')}
            value={answers.file}
            error={errors['file'] === undefined ? null : t(errors['file'])}
            choose={dialogs.chooseSqlFile}
            onChange={(file) => onAnswer({ file })}
          />
        </Panel>
      )}
      {canHaveAccounts(answers, detail) && (
        <Switch
          label={t('restore.accounts')}
          description={t('restore.accountsHint')}
          checked={answers.accounts}
          onChange={(event) => onAnswer({ accounts: event.currentTarget.checked })}
        />
      )}
    </Stack>
  );
}
