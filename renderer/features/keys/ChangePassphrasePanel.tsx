import { Button, Text } from '@mantine/core';
import { useState } from 'react';
import { useStore } from 'zustand';
import type { KeyName } from '../../../shared/model/keys.ts';
import { useWords } from '../../i18n/use-words.ts';
import { Verdict } from '../../ui/Verdict.tsx';
import { isLongEnough, PassphraseFields } from '../onboarding/index.ts';
import { wrongWords } from '../sheet-words/index.ts';
import { HeaderCopies } from './HeaderCopies.tsx';
import { JobForm } from '../jobs/index.ts';
import type { KeysStore } from './keys-store.ts';
import { isTyped, notTyped, OpeningFields, toOpening } from './OpeningFields.tsx';

interface ChangePassphrasePanelProps {
  readonly name: KeyName;
  readonly keys: KeysStore;
  readonly onClose: () => void;
}

/** A new passphrase for one key, by the present one or, when that is forgotten, by a sheet. */
export function ChangePassphrasePanel({ name, keys, onClose }: ChangePassphrasePanelProps) {
  const { t } = useWords();
  const state = useStore(keys.change.store);
  const [opening, setOpening] = useState(notTyped);
  const [next, setNext] = useState('');
  const [again, setAgain] = useState('');
  const [isAsked, setIsAsked] = useState(false);

  function start(): void {
    setIsAsked(true);
    if (!isTyped(opening) || !isLongEnough(next) || next !== again) return;
    const current = toOpening(opening);
    void keys.change.start(name, { key: name, current, newPassphrase: next }).then((done) => {
      if (done !== null) void keys.load();
    });
  }

  if (state.view === 'done' && state.value !== null) {
    return (
      <Verdict tone="good" title={t('keyring.changedTitle')}>
        <Text>{t('keyring.changedText')}</Text>
        <HeaderCopies copies={state.value.copies} />
        <Button onClick={onClose} w="fit-content">
          {t('keyring.done')}
        </Button>
      </Verdict>
    );
  }
  return (
    <JobForm
      state={state}
      title={t('keyring.changeTitle', { key: t(`keyring.key.${name}`) })}
      running={t('keyring.changing')}
      submit={t('keyring.changeStart')}
      onSubmit={start}
      onCancel={() => void keys.change.cancel()}
      onClose={onClose}
    >
      <Text>{t('keyring.changeText')}</Text>
      <OpeningFields
        value={opening}
        says={{
          byPassphrase: t('keyring.byPassphrase'),
          byWords: t('keyring.byWords'),
          passphrase: t('keyring.current'),
        }}
        error={isAsked && !isTyped(opening) ? t('common.required') : null}
        wrong={state.view === 'failed' ? wrongWords(state.error) : []}
        onChange={(typed) => {
          // What an error pointed at is no longer there.
          if (typed.words !== opening.words) keys.change.reset();
          setOpening(typed);
        }}
      />
      <PassphraseFields
        label={t('keyring.next')}
        hint={t('keyring.nextHint')}
        againLabel={t('keyring.nextAgain')}
        value={next}
        again={again}
        error={isAsked && !isLongEnough(next) ? t('keys.short') : null}
        againError={isAsked && next !== again ? t('keys.differ') : null}
        onChange={setNext}
        onAgain={setAgain}
      />
    </JobForm>
  );
}
