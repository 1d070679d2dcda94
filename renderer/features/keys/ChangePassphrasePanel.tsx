import { Button, Group, PasswordInput, Text } from '@mantine/core';
import { useState } from 'react';
import { useStore } from 'zustand';
import type { KeyName } from '../../../shared/model/keys.ts';
import { useWords } from '../../i18n/use-words.ts';
import { ChoiceCards } from '../../ui/ChoiceCards.tsx';
import { Panel } from '../../ui/Panel.tsx';
import { Verdict } from '../../ui/Verdict.tsx';
import { ErrorCard } from '../errors/index.ts';
import { JobCard } from '../jobs/index.ts';
import { isLongEnough, PassphraseFields } from '../onboarding/index.ts';
import { WordsField, wordsIn, wrongWords } from '../sheet-words/index.ts';
import { HeaderCopies } from './HeaderCopies.tsx';
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
    <>
      {state.view === 'running' && (
        <JobCard
          title={t('keyring.changing')}
          progress={state.progress}
          cancelling={state.cancelling}
          onCancel={() => void keys.change.cancel()}
        />
      )}
      {/* The form stays mounted while it runs, so that an error leaves what was typed in place. */}
      <form
        hidden={state.view === 'running'}
        onSubmit={(event) => {
          event.preventDefault();
          start();
        }}
      >
        <Panel title={t('keyring.changeTitle', { key: t(`keyring.key.${name}`) })}>
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
          {state.view === 'failed' && <ErrorCard error={state.error} />}
          {state.view === 'cancelled' && <ErrorCard error={{ code: 'cancelled', facts: {} }} />}
          <Group>
            <Button type="submit">{t('keyring.changeStart')}</Button>
            <Button variant="subtle" color="gray" onClick={onClose}>
              {t('common.close')}
            </Button>
          </Group>
        </Panel>
      </form>
    </>
  );
}
