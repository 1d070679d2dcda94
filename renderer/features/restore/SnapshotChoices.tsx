import { useNow } from '../../i18n/use-now.ts';
import { useWords } from '../../i18n/use-words.ts';
import type { Library } from '../../stores/library-store.ts';
import { ChoiceCards } from '../../ui/ChoiceCards.tsx';

interface SnapshotChoicesProps {
  readonly snapshots: Library['snapshots'];
  readonly chosen: string | null;
  readonly onChoose: (id: string) => void;
}

/** Newest first. */
export function SnapshotChoices({ snapshots, chosen, onChoose }: SnapshotChoicesProps) {
  const { t, format } = useWords();
  const nowMs = useNow();
  return (
    <ChoiceCards
      label={t('restore.moment.snapshot')}
      value={chosen}
      onChange={onChoose}
      choices={snapshots.map(({ id, at, tables, rows, bytes, checksOk }, index) => ({
        value: id,
        title: `${format.dateShort(at)}${index === 0 ? ` · ${t('restore.latest')}` : ''}`,
        text: [
          format.ago(at, nowMs),
          t('common.tables', { count: tables }),
          t('common.rows', { count: rows, shown: format.count(rows) }),
          format.bytes(bytes),
          ...(checksOk ? [] : [t('snapshot.checksBad')]),
        ].join(' · '),
      }))}
    />
  );
}
