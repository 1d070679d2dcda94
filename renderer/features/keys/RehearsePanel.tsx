import { Button, Select, Text } from '@mantine/core';
import { useState } from 'react';
import { useStore } from 'zustand';
import type { KeyName } from '../../../shared/model/keys.ts';
import { useWords } from '../../i18n/use-words.ts';
import type { LibraryStore } from '../../stores/library-store.ts';
import { Verdict } from '../../ui/Verdict.tsx';
import { WordsField, wordsIn, wrongWords } from '../sheet-words/index.ts';
import { JobForm } from '../jobs/index.ts';
import { sheetNumber, type KeysStore } from './keys-store.ts';

interface RehearsePanelProps {
  readonly name: KeyName;
  readonly keys: KeysStore;
  readonly library: LibraryStore;
  readonly onClose: () => void;
}

/** Types the words of a paper and sees a real chunk open. */
export function RehearsePanel({ name, keys, library, onClose }: RehearsePanelProps) {
  const { t, format } = useWords();
  const state = useStore(keys.rehearse.store);
  const names = useStore(library.store, (one) =>
    one.view === 'ready' ? one.library.destinations.map((each) => each.name).join('\n') : '',
  );
  const [words, setWords] = useState('');
  const [from, setFrom] = useState<string | null>(null);
  const [isAsked, setIsAsked] = useState(false);
  const key = t(`keyring.key.${name}`);

  function start(): void {
    setIsAsked(true);
    if (words.trim() === '') return;
    void keys.rehearse.start(name, { key: name, words: wordsIn(words).join(' '), from }).then((done) => {
      if (done === null) return;
      setWords('');
      void keys.load();
    });
  }

  if (state.view === 'done' && state.value !== null) {
    const { destination, at, table, rows, slot } = state.value;
    const facts = { destination, date: format.dateShort(at), table, rows: format.count(rows) };
    return (
      <Verdict tone="good" title={t('keyring.rehearsedTitle')}>
        <Text>{t(name === 'main' ? 'keyring.rehearsedMain' : 'keyring.rehearsedVault', facts)}</Text>
        <Text size="sm" c="dimmed">
          {t('keyring.rehearsedSheet', { number: sheetNumber(slot) })}
        </Text>
        <Button onClick={onClose} w="fit-content">
          {t('keyring.done')}
        </Button>
      </Verdict>
    );
  }
  return (
    <JobForm
      state={state}
      title={t('keyring.rehearseTitle', { key })}
      running={t('keyring.rehearsing')}
      submit={t('keyring.rehearseStart')}
      onSubmit={start}
      onCancel={() => void keys.rehearse.cancel()}
      onClose={onClose}
    >
      <Text>{t('keyring.rehearseText')}</Text>
      <WordsField
        value={words}
        error={isAsked && words.trim() === '' ? t('common.required') : null}
        wrong={state.view === 'failed' ? wrongWords(state.error) : []}
        onChange={(next) => {
          setWords(next);
          keys.rehearse.reset();
        }}
      />
      <Select
        label={t('keyring.rehearseFrom')}
        value={from ?? ''}
        allowDeselect={false}
        onChange={(chosen) => setFrom(chosen === null || chosen === '' ? null : chosen)}
        data={[
          { value: '', label: t('keyring.rehearseAny') },
          ...(names === '' ? [] : names.split('\n').map((each) => ({ value: each, label: each }))),
        ]}
      />
    </JobForm>
  );
}
