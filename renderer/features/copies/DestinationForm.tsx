import { Alert, Button, Group, Stack, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useStore } from 'zustand';
import { cloudVerdict } from '../../../shared/i18n/cloud-sentences.ts';
import type { UiKey } from '../../../shared/i18n/ui.zh.ts';
import type { DestinationRole } from '../../../shared/model/destination.ts';
import { useWords } from '../../i18n/use-words.ts';
import type { Dialogs } from '../../stores/dialogs.ts';
import { ChoiceCards } from '../../ui/ChoiceCards.tsx';
import { Panel } from '../../ui/Panel.tsx';
import { ChooseField } from '../choose/index.ts';
import { ScheduleFields } from '../cold-disk/index.ts';
import { ErrorCard } from '../errors/index.ts';
import { TestSteps } from '../live-test/index.ts';
import type { FormErrors } from '../shop/index.ts';
import { CloudFields } from './CloudFields.tsx';
import { LockFields } from './LockFields.tsx';
import {
  destinationErrors,
  destinationRoles,
  destinationValues,
  isTravelling,
  toDestinationInput,
} from './destination-form.ts';
import type { DestinationValues } from './destination-form.ts';
import type { CopiesStore } from './copies-store.ts';

interface DestinationFormProps {
  readonly copies: CopiesStore;
  readonly dialogs: Dialogs;
  readonly role: DestinationRole;
  /** Names already taken, so that the suggested one is free. */
  readonly taken: readonly string[];
  readonly onSaved: () => void;
  readonly onCancel: () => void;
}

const diskSteps = ['open', 'put', 'stat', 'get', 'list', 'remove'];
const cloudSteps = ['open', 'put', 'clock', 'stat', 'get', 'range', 'list', 'create', 'lock', 'remove'];

const roleText: Readonly<Record<DestinationRole, UiKey | null>> = {
  main: 'start.suggestMainText',
  'second-disk': 'start.suggestSecondText',
  cold: 'start.suggestColdText',
  cloud: 'start.suggestCloudText',
  offsite: 'copies.offsiteText',
};

export function DestinationForm({ copies, dialogs, role, taken, onSaved, onCancel }: DestinationFormProps) {
  const { t, language } = useWords();
  const state = useStore(copies.connect.store);
  const suggestedName = (wanted: DestinationRole): string =>
    freeName(
      t(`role.${wanted}`)
        .replace(/[（(].*$/, '')
        .trim(),
      taken,
    );
  const [values, setValues] = useState<DestinationValues>(() => destinationValues(role, suggestedName(role)));
  const [errors, setErrors] = useState<FormErrors>({});

  function change(changes: Partial<DestinationValues>): void {
    setValues({ ...values, ...changes });
    setErrors({});
    copies.connect.edited();
  }

  function changeRole(next: DestinationRole): void {
    const wasSuggested = values.name === suggestedName(values.role);
    change({ role: next, folder: null, name: wasSuggested ? suggestedName(next) : values.name });
  }

  function test(): void {
    const found = destinationErrors(values);
    setErrors(found);
    if (Object.keys(found).length === 0) void copies.connect.test(toDestinationInput(values));
  }

  async function save(): Promise<void> {
    if ((await copies.connect.save()) !== null) onSaved();
  }

  const travels = isTravelling(values.role);
  const errorOf = (path: string): string | null => {
    const key = errors[path];
    return key === undefined ? null : t(key);
  };
  const order = {
    inputWrapperOrder: ['label', 'input', 'description', 'error'] as ('label' | 'input' | 'description' | 'error')[],
  };
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        test();
      }}
    >
      <Panel title={t('copies.addTitle')}>
        <Stack gap="md">
          <ChoiceCards
            label={t('copies.kind')}
            value={values.role}
            columns={3}
            onChange={changeRole}
            choices={destinationRoles.map((value) => {
              const text = roleText[value];
              return { value, title: t(`role.${value}`), ...(text === null ? {} : { text: t(text) }) };
            })}
          />
          <Group align="flex-start" grow>
            <TextInput
              label={t('copies.name')}
              description={t('copies.nameHint')}
              {...order}
              value={values.name}
              error={errorOf('name')}
              onChange={(event) => change({ name: event.currentTarget.value })}
            />
            <TextInput
              label={t(travels ? 'cold.placeLabel' : 'copies.placeLabel')}
              description={t(travels ? 'cold.placeHint' : 'copies.placeHint')}
              {...order}
              placeholder={travels ? '' : t('common.optional')}
              value={values.place}
              error={errorOf('place')}
              maxLength={80}
              onChange={(event) => change({ place: event.currentTarget.value })}
            />
          </Group>
          {values.role === 'cloud' ? (
            <>
              <CloudFields value={values.cloud} errors={errors} onChange={(cloud) => change({ cloud })} />
              <LockFields
                key={values.cloud.provider}
                value={values.cloud}
                errors={errors}
                onChange={(cloud) => change({ cloud })}
              />
            </>
          ) : (
            <DiskField values={values} error={errorOf('folder')} dialogs={dialogs} onChange={change} />
          )}
          {travels && <ScheduleFields value={values.schedule} onChange={(schedule) => change({ schedule })} />}
          {state.view === 'testing' && (
            <TestSteps steps={[]} pending={values.role === 'cloud' ? cloudSteps : diskSteps} />
          )}
          {'steps' in state && state.steps.length > 0 && <TestSteps steps={state.steps} />}
          {state.view === 'refused' && <ErrorCard error={state.error} />}
          {state.view === 'tested' && (
            <Alert color="brand" radius="lg" role="status" title={t('copies.tried')}>
              {cloudVerdict(state.steps, language)}
            </Alert>
          )}
          <Group>
            <Button
              type="submit"
              variant={state.view === 'tested' ? 'default' : 'filled'}
              loading={state.view === 'testing'}
            >
              {t('copies.try')}
            </Button>
            {(state.view === 'tested' || state.view === 'saving') && (
              <Button onClick={() => void save()} loading={state.view === 'saving'}>
                {t('copies.save')}
              </Button>
            )}
            <Button variant="subtle" color="gray" onClick={onCancel}>
              {t('common.cancel')}
            </Button>
          </Group>
        </Stack>
      </Panel>
    </form>
  );
}

interface DiskFieldProps {
  readonly values: DestinationValues;
  readonly error: string | null;
  readonly dialogs: Dialogs;
  readonly onChange: (changes: Partial<DestinationValues>) => void;
}

function DiskField({ values, error, dialogs, onChange }: DiskFieldProps) {
  const { t } = useWords();
  const { role } = values;
  return (
    <ChooseField
      kind="folder"
      label={t('copies.folder')}
      hint={t('copies.folderHint')}
      value={values.folder}
      error={error}
      choose={() => dialogs.chooseFolder(role === 'cloud' ? 'main' : role)}
      onChange={(folder) => onChange({ folder })}
    />
  );
}

function freeName(wanted: string, taken: readonly string[]): string {
  if (!taken.includes(wanted)) return wanted;
  for (let number = 2; ; number++) if (!taken.includes(`${wanted} ${number}`)) return `${wanted} ${number}`;
}
