import { Group, NumberInput, PasswordInput, Stack, Switch, TextInput } from '@mantine/core';
import { useWords } from '../../i18n/use-words.ts';
import type { Dialogs } from '../../stores/dialogs.ts';
import { Panel } from '../../ui/Panel.tsx';
import { SshFields } from './SshFields.tsx';
import type { FormErrors, MysqlValues, ServerValues } from './shop-form.ts';

interface ServerFieldsProps<V extends ServerValues> {
  readonly value: V;
  readonly errors: FormErrors;
  readonly dialogs: Dialogs;
  readonly onChange: (value: V) => void;
}

/** A database server and the way to it. */
export function ServerFields<V extends ServerValues>({ value, errors, dialogs, onChange }: ServerFieldsProps<V>) {
  const { t } = useWords();
  const { mysql } = value;
  const setMysql = (changes: Partial<MysqlValues>): void => onChange({ ...value, mysql: { ...mysql, ...changes } });
  const errorOf = (path: string): string | null => {
    const key = errors[`mysql.${path}`];
    return key === undefined ? null : t(key);
  };
  return (
    <>
      <Panel
        title={t('shop.sshTitle')}
        actions={
          <Switch
            label={t('shop.viaSsh')}
            checked={value.viaSsh}
            onChange={(event) => onChange({ ...value, viaSsh: event.currentTarget.checked })}
          />
        }
      >
        {value.viaSsh && (
          <SshFields
            value={value.ssh}
            errors={errors}
            dialogs={dialogs}
            onChange={(ssh) => onChange({ ...value, ssh })}
          />
        )}
      </Panel>
      <Panel title={t('shop.mysqlTitle')}>
        <Stack gap="md">
          <Group align="flex-start" grow preventGrowOverflow={false} wrap="nowrap">
            <TextInput
              label={t('shop.mysqlHost')}
              description={value.viaSsh ? t('shop.mysqlHostHint') : undefined}
              inputWrapperOrder={['label', 'input', 'description', 'error']}
              value={mysql.host}
              error={errorOf('host')}
              onChange={(event) => setMysql({ host: event.currentTarget.value })}
              autoComplete="off"
              spellCheck={false}
            />
            <NumberInput
              label={t('shop.mysqlPort')}
              maw={130}
              hideControls
              value={mysql.port}
              error={errorOf('port')}
              onChange={(port) => setMysql({ port })}
            />
          </Group>
          <Group align="flex-start" grow>
            <TextInput
              label={t('shop.mysqlUser')}
              value={mysql.user}
              error={errorOf('user')}
              onChange={(event) => setMysql({ user: event.currentTarget.value })}
              autoComplete="off"
              spellCheck={false}
            />
            <PasswordInput
              label={t('shop.mysqlPassword')}
              value={mysql.password}
              onChange={(event) => setMysql({ password: event.currentTarget.value })}
              autoComplete="off"
            />
          </Group>
        </Stack>
      </Panel>
    </>
  );
}
