import { Button, PasswordInput, Text } from '@mantine/core';
import { useState } from 'react';
import { useStore } from 'zustand';
import type { KeyName } from '../../../shared/model/keys.ts';
import { useWords } from '../../i18n/use-words.ts';
import { ChoiceCards } from '../../ui/ChoiceCards.tsx';
import { Verdict } from '../../ui/Verdict.tsx';
import { isLongEnough, PassphraseFields } from '../onboarding/index.ts';
import { WordsField, wordsIn, wrongWords } from '../sheet-words/index.ts';
import { HeaderCopies } from './HeaderCopies.tsx';
import { JobForm } from '../jobs/index.ts';
import type { KeysStore } from './keys-store.ts';

interface ChangePassphrasePanelProps {
  readonly name: KeyName;
  readonly keys: KeysStore;
  readonly onClose: () => void;
}

/** A new passphrase for one key, by the present one or, when that is forgotten, by a sheet. */
export function ChangePassphrasePanel({ name, keys, onClose }: ChangePassphrasePanelProps) {
  const { t } = useWords();
  const state = useStore(keys.change.store);
  const [by, setBy] = useState<'passphrase' | 'words'>('passphrase');
  const [passphrase, setPassphrase] = useState('');
  const [words, setWords] = useState('');
  const [next, setNext] = useState('');
  const [again, setAgain] = useState('');
  const [isAsked, setIsAsked] = useState(false);
  const present = by === 'words' ? words : passphrase;
  const missing = isAsked && present.trim() === '' ? t('common.required') : null;

  function start(): void {
    setIsAsked(true);
    if (present.trim() === '' || !isLongEnough(next) || next !== again) return;
    const current = by === 'words' ? { words: wordsIn(words).join(' ') } : { passphrase };
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
      <ChoiceCards
        label={t('keyring.changeBy')}
        value={by}
        columns={2}
        onChange={setBy}
        choices={[
          { value: 'passphrase', title: t('keyring.byPassphrase') },
          { value: 'words', title: t('keyring.byWords') },
        ]}
      />
      {by === 'passphrase' ? (
        <PasswordInput
          label={t('keyring.current')}
          value={passphrase}
          error={missing}
          onChange={(event) => setPassphrase(event.currentTarget.value)}
          autoComplete="off"
        />
      ) : (
        <WordsField
          value={words}
          error={missing}
          wrong={state.view === 'failed' ? wrongWords(state.error) : []}
          onChange={(typed) => {
            setWords(typed);
            keys.change.reset();
          }}
        />
      )}
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
