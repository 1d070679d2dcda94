import { Alert, Button, Group, Stack, Switch, Text, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useStore } from 'zustand';
import type { SourceView } from '../../../shared/model/source.ts';
import { useWords } from '../../i18n/use-words.ts';
import type { Dialogs } from '../../stores/dialogs.ts';
import { Panel } from '../../ui/Panel.tsx';
import { TestSteps } from '../live-test/index.ts';
import { ConnectionError } from './ConnectionError.tsx';
import { ServerFields } from './ServerFields.tsx';
import { shopErrors, shopValues, toSourceInput } from './shop-form.ts';
import type { FormErrors, ShopValues } from './shop-form.ts';
import { unknownHostKey } from './shop-store.ts';
import type { ShopStore } from './shop-store.ts';

interface ShopFormProps {
  readonly shop: ShopStore;
  readonly dialogs: Dialogs;
  /** A shop whose passwords are typed again. */
  readonly known?: SourceView | null;
  readonly onSaved: () => void;
}

/** Test first, save after: only what has passed can be saved. */
export function ShopForm({ shop, dialogs, known = null, onSaved }: ShopFormProps) {
  const { t } = useWords();
  const state = useStore(shop.store);
  const [values, setValues] = useState<ShopValues>(() => shopValues(known));
  const [errors, setErrors] = useState<FormErrors>({});

  function change(next: ShopValues): void {
    setValues(next);
    setErrors({});
    shop.edited();
  }

  function test(): void {
    const found = shopErrors(values);
    setErrors(found);
    if (Object.keys(found).length === 0) void shop.test(toSourceInput(values, known));
  }

  async function save(): Promise<void> {
    const added = await shop.save();
    if (added === null) return;
    // Nobody knows its program, so nobody knows its cards: looked for at once, and shown on its card.
    if (added.source.preset === null) void shop.propose(added.source.name);
    onSaved();
  }

  /** A server met for the first time asks a question; that is no failure, so no cross is shown. */
  const isAsking = state.view === 'refused' && unknownHostKey(state.error) !== null;
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        test();
      }}
    >
      <Stack gap="md">
        <Panel>
          <Group align="flex-start" grow>
            <TextInput
              label={t('shop.name')}
              description={t('shop.nameHint')}
              inputWrapperOrder={['label', 'input', 'description', 'error']}
              value={values.name}
              disabled={known !== null}
              error={errors['name'] === undefined ? null : t(errors['name'])}
              onChange={(event) => change({ ...values, name: event.currentTarget.value })}
            />
            <TextInput
              label={t('shop.databases')}
              description={t('shop.databasesHint')}
              inputWrapperOrder={['label', 'input', 'description', 'error']}
              placeholder={t('common.optional')}
              value={values.databases}
              onChange={(event) => change({ ...values, databases: event.currentTarget.value })}
              spellCheck={false}
            />
          </Group>
          <Text size="sm" c="dimmed">
            {t('shop.presetHint')}
          </Text>
          <Switch
            label={t('shop.accounts')}
            description={t('shop.accountsHint')}
            checked={values.accounts}
            onChange={(event) => change({ ...values, accounts: event.currentTarget.checked })}
          />
        </Panel>
        <ServerFields value={values} errors={errors} dialogs={dialogs} onChange={change} />
        {state.view === 'testing' && (
          <TestSteps
            steps={[]}
            pending={values.viaSsh ? ['ssh', 'login', 'privileges', 'tables'] : ['login', 'privileges', 'tables']}
          />
        )}
        {'steps' in state && state.steps.length > 0 && !isAsking && <TestSteps steps={state.steps} />}
        {state.view === 'refused' && <ConnectionError error={state.error} onTrust={() => void shop.trust()} />}
        {state.view === 'tested' && (
          <Alert color="brand" radius="lg" role="status" title={t('shop.tested')}>
            {state.input.ssh?.fingerprint != null && (
              <Text size="sm" className="sh-break">
                {t('hostKey.pinned', { fingerprint: state.input.ssh.fingerprint })}
              </Text>
            )}
          </Alert>
        )}
        <Group>
          <Button
            type="submit"
            variant={state.view === 'tested' ? 'default' : 'filled'}
            size="md"
            loading={state.view === 'testing'}
          >
            {t('shop.test')}
          </Button>
          {(state.view === 'tested' || state.view === 'saving') && (
            <Button size="md" onClick={() => void save()} loading={state.view === 'saving'}>
              {t('shop.save')}
            </Button>
          )}
        </Group>
      </Stack>
    </form>
  );
}
