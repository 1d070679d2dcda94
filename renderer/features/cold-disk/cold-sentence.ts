import type { ColdDisk } from '../../../shared/model/cold-disk.ts';
import type { Words } from '../../i18n/use-words.ts';

export interface Sentence {
  readonly text: string;
  /** Something for a person to do or to know. */
  readonly isAttention: boolean;
}

/** The one thing to know of a disk that travels: where it is in its round, and what comes next. `isStale`: a newer answer is on its way. */
export function coldSentence(disk: ColdDisk, { t, format }: Pick<Words, 't' | 'format'>, isStale = false): Sentence {
  const { state, presence, place, dueOn, overdueDays: days, notes } = disk;
  const isHere = presence === 'here';
  const day = format.day(dueOn);
  const attention = (text: string): Sentence => ({ text, isAttention: true });
  const calm = (text: string): Sentence => ({ text, isAttention: false });
  const [note] = notes;
  if (note !== undefined && note !== 'volume-differs') return attention(t(`cold.note.${note}`));
  // Due again while it never left: both have to be said.
  const stayed = isHere && !disk.hasLeft && disk.lastCompletedAt !== null ? t('cold.is.alsoNeverLeft') : '';
  switch (state) {
    case 'running':
      // A round that has just ended must not go on asking to leave the disk in.
      return calm(t(isStale ? 'cold.is.looking' : 'cold.is.running'));
    case 'new':
      return attention(t(isHere ? 'cold.is.newHere' : 'cold.is.new'));
    case 'due-today':
      return attention(t(isHere ? 'cold.is.dueHere' : 'cold.is.due') + stayed);
    case 'overdue':
      return attention(t(isHere ? 'cold.is.overdueHere' : 'cold.is.overdue', { days }) + stayed);
    case 'left-in':
      return attention(t(disk.hasLeft ? 'cold.is.leftIn' : 'cold.is.neverLeft'));
    case 'plugged-in':
      if (isEarly(disk)) return calm(t('cold.is.early', { day }));
      return place === null ? calm(t('cold.is.done', { day })) : calm(t('cold.is.donePlace', { place, day }));
    case 'resting':
      if (presence === 'unknown') return calm(t('cold.is.unknown', { day }));
      return place === null ? calm(t('cold.is.resting', { day })) : calm(t('cold.is.restingPlace', { place, day }));
  }
}

/** Plugged in since its last round, before its day: nobody has to do anything, and may. */
export function isEarly({ state, pluggedSince, lastCompletedAt }: ColdDisk): boolean {
  return state === 'plugged-in' && pluggedSince !== null && lastCompletedAt !== null && pluggedSince > lastCompletedAt;
}

/** What the card of such a disk says when it is opened. */
export function coldFacts(disk: ColdDisk, { t, format }: Pick<Words, 't' | 'format'>): [string, string][] {
  const { presence, schedule, dueOn, lastCompletedAt, lastSeenAt, freeBytes, sizeBytes } = disk;
  const isHere = presence === 'here';
  const every =
    schedule.weekday === null
      ? t('cold.rhythm', { days: schedule.everyDays })
      : t('cold.rhythmOn', { days: schedule.everyDays, weekday: format.weekday(schedule.weekday) });
  return [
    [t('cold.rhythmLabel'), every],
    ...(lastCompletedAt === null
      ? []
      : ([
          [t('cold.dueLabel'), format.day(dueOn)],
          [t('cold.completedLabel'), format.dateShort(lastCompletedAt)],
        ] satisfies [string, string][])),
    ...(isHere
      ? [[t('cold.seenLabel'), t('cold.here')] as [string, string]]
      : lastSeenAt === null
        ? []
        : [[t('cold.seenLabel'), format.dateShort(lastSeenAt)] as [string, string]]),
    ...(isHere && freeBytes !== null && sizeBytes !== null
      ? [
          [t('cold.freeLabel'), t('cold.free', { free: format.bytes(freeBytes), total: format.bytes(sizeBytes) })] as [
            string,
            string,
          ],
        ]
      : []),
  ];
}
