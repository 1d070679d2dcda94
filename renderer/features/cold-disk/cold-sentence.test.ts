import { expect, it } from 'vitest';
import type { ColdDisk } from '../../../shared/model/cold-disk.ts';
import type { Translate } from '../../i18n/translate.ts';
import { createFormat } from '../../i18n/format.ts';
import { coldFacts, coldSentence } from './cold-sentence.ts';

/** Sentences by their keys: which one is said is what matters here. */
const t: Translate = (key, facts = {}) => [key, ...Object.values(facts)].join(' ');
const words = { t, format: createFormat('en', t) };

const disk: ColdDisk = {
  name: 'usb',
  id: '0192aabb-ccdd-4eee-8fff-001122334455',
  role: 'cold',
  place: 'Beijing',
  schedule: { everyDays: 7, weekday: 5, autoRun: false },
  presence: 'away',
  state: 'resting',
  dueOn: '2026-11-27',
  overdueDays: 0,
  lastCompletedAt: '2026-11-20T08:00:00.000Z',
  lastSeenAt: '2026-11-20T09:00:00.000Z',
  pluggedSince: null,
  hasLeft: true,
  sizeBytes: null,
  freeBytes: null,
  notes: [],
};
const day = 'Friday 27 November';
const here = { presence: 'here', pluggedSince: '2026-11-20T07:00:00.000Z' } as const;

it.each<[string, Partial<ColdDisk>, string, boolean]>([
  ['in its drawer', {}, `cold.is.restingPlace Beijing ${day}`, false],
  ['in its drawer, nobody knows where', { place: null }, `cold.is.resting ${day}`, false],
  ['not to be seen', { presence: 'unknown' }, `cold.is.unknown ${day}`, false],
  ['new', { state: 'new', lastCompletedAt: null }, 'cold.is.new', true],
  ['new and here', { ...here, state: 'new', lastCompletedAt: null, hasLeft: false }, 'cold.is.newHere', true],
  ['due', { state: 'due-today' }, 'cold.is.due', true],
  ['late', { state: 'overdue', overdueDays: 3 }, 'cold.is.overdue 3', true],
  ['late and here', { ...here, state: 'overdue', overdueDays: 3 }, 'cold.is.overdueHere 3', true],
  [
    'due again and never gone',
    { ...here, state: 'due-today', hasLeft: false },
    'cold.is.dueHerecold.is.alsoNeverLeft',
    true,
  ],
  ['being filled', { ...here, state: 'running' }, 'cold.is.running', false],
  ['done', { ...here, state: 'plugged-in' }, `cold.is.donePlace Beijing ${day}`, false],
  [
    'plugged in again before its day',
    { presence: 'here', pluggedSince: '2026-11-22T07:00:00.000Z', state: 'plugged-in' },
    `cold.is.early ${day}`,
    false,
  ],
  ['left in', { ...here, state: 'left-in' }, 'cold.is.leftIn', true],
  ['never gone', { ...here, state: 'left-in', hasLeft: false }, 'cold.is.neverLeft', true],
  ['one of two twins', { ...here, state: 'left-in', notes: ['twins'] }, 'cold.note.twins', true],
])('a disk that is %s', (_, changes, text, isAttention) => {
  expect(coldSentence({ ...disk, ...changes }, words)).toEqual({ text, isAttention });
});

it('tells days and room, and nothing of a round that never was', () => {
  expect(coldFacts({ ...disk, ...here, freeBytes: 1000, sizeBytes: 4000 }, words).map(([name]) => name)).toEqual([
    'cold.rhythmLabel',
    'cold.dueLabel',
    'cold.completedLabel',
    'cold.seenLabel',
    'cold.freeLabel',
  ]);
  expect(coldFacts({ ...disk, lastCompletedAt: null, lastSeenAt: null }, words)).toEqual([
    ['cold.rhythmLabel', 'cold.rhythmOn 7 Friday'],
  ]);
});
