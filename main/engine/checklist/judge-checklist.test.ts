import { describe, expect, it } from 'vitest';
import type { CoveredThing } from '../../../shared/model/coverage.ts';
import type { ChecklistItem, ChecklistItemId } from '../../../shared/model/checklist.ts';
import { checklistItemIds } from '../../../shared/model/checklist.ts';
import { judgeChecklist, worstOf, type SeenCopy, type SeenSnapshot, type SeenSource } from './judge-checklist.ts';

const nowMs = Date.parse('2026-11-22T14:00:00.000Z');
const hours = (count: number) => new Date(nowMs - count * 3_600_000).toISOString();
const days = (count: number) => hours(count * 24);

const changedFiles = { source: 'shop', at: '2026-11-22T02:00:00.000Z', count: 4, names: ['config.php', '.env'] };

describe('judgeChecklist', () => {
  it('names every item once, in order', () => {
    expect(judgeChecklist(aSource()).map(({ id }) => id)).toEqual([...checklistItemIds]);
  });

  it('ticks nothing of a shop that was never seen', () => {
    const states = judgeChecklist(aSource({ snapshots: [] })).map(({ state }) => state);
    expect(states).not.toContain('ok');
    expect(states).not.toContain('warn');
  });

  it('does not tick clouds of which one failed its live test, and says when each was tested', () => {
    const clouds = (ok: boolean) =>
      withCopies([
        aCopy({ role: 'cloud', site: 'a', destination: 'a', probe: { at: days(2), ok: true } }),
        aCopy({ role: 'cloud', site: 'b', destination: 'b', probe: { at: days(3), ok } }),
      ]);
    const judged = (ok: boolean) => judgeChecklist(clouds(ok)).find(({ id }) => id === 'two-clouds-encrypted');
    expect(judged(true)).toMatchObject({ state: 'ok', todo: null });
    expect(judged(false)).toMatchObject({ state: 'warn', todo: 'test-cloud' });
    expect(judged(false)?.evidence.slice(2)).toEqual([
      { id: 'cloud-probed', at: days(2), facts: { destination: 'a' } },
      { id: 'cloud-probe-failed', at: days(3), facts: { destination: 'b' } },
    ]);
  });

  it('says of each copy how much of it has been read back, whatever the verdict, and rounds nothing up', () => {
    const proof = {
      objects: 10,
      bytes: 1000,
      neverRead: { objects: 1, bytes: 4 },
      provenShare: 0.9996,
      oldestUnprovenDays: 3.9,
      damaged: 0,
      listedAt: hours(5),
    };
    for (const source of [withSnapshot({}), withSnapshot({ isGreen: false })]) {
      const judged = judgeChecklist({ ...source, proofs: [{ destination: 'usb', proof }] });
      expect(judged.find(({ id }) => id === 'coverage')?.evidence.slice(1)).toEqual([
        { id: 'copy-share', at: hours(5), facts: { destination: 'usb', percent: 99, neverRead: 1, days: 3 } },
      ]);
    }
  });

  it('says how many things are in no backup, and for each reason which', () => {
    const things = [
      ...['t1', 't2'].map((name) => aThing({ id: `table:${name}`, name, state: 'kept', reason: null })),
      aThing({}),
      aThing({ id: 'crontab:root', kind: 'crontab', name: 'root', matters: false }),
      aThing({ id: 'table:shop.far', name: 'shop.far', reason: 'elsewhere' }),
      aThing({ id: 'table:shop.new', name: 'shop.new', state: 'next', reason: 'next-backup' }),
      aThing({ id: 'unseen:databases', kind: 'unseen', name: 'databases', reason: 'cannot-see', matters: false }),
    ];
    const seen = withCoverage(things);
    const failed = { at: hours(1), code: 'tunnel.unreachable' };
    const judged = judgeChecklist({ ...seen, coverage: { lookedAt: hours(2), failed, things } });
    const at = hours(2);
    expect(judged.find(({ id }) => id === 'coverage')?.evidence.slice(1)).toEqual([
      { id: 'coverage-open', at, facts: { open: 3, all: 6, kept: 2, accepted: 0 } },
      { id: 'coverage-not-chosen', at, facts: { count: 2, names: 'old, crontab:root' } },
      { id: 'coverage-elsewhere', at, facts: { count: 1, names: 'shop.far' } },
      { id: 'coverage-next-backup', at, facts: { count: 1, names: 'shop.new' } },
      { id: 'coverage-cannot-see', at, facts: { count: 1, names: 'unseen:databases' } },
      { id: 'look-failed', at: hours(1), facts: { reason: 'tunnel.unreachable' } },
    ]);
  });

  it.each<[ChecklistItemId, string, SeenSource, ChecklistItem['state'], string | null]>([
    ['daily-snapshot-second-disk', 'none', withCopies(), 'fail', 'back-up-to-second-disk'],
    ['daily-snapshot-second-disk', 'of today', withCopies(aCopy({ role: 'second-disk' })), 'ok', null],
    [
      'daily-snapshot-second-disk',
      'of 27 hours ago',
      withCopies(aCopy({ role: 'second-disk' }), 27),
      'warn',
      'back-up-to-second-disk',
    ],
    [
      'daily-snapshot-second-disk',
      'of last week',
      withCopies(aCopy({ role: 'second-disk' }), 7 * 24),
      'fail',
      'back-up-to-second-disk',
    ],
    [
      'daily-snapshot-second-disk',
      'of next month, by a clock that was wrong',
      withCopies(aCopy({ role: 'second-disk' }), -30 * 24),
      'warn',
      'back-up-to-second-disk',
    ],
    [
      'two-clouds-encrypted',
      'two, both of next month',
      withCopies([aCloud('a'), aCloud('b')], -30 * 24),
      'warn',
      'back-up-to-clouds',
    ],
    [
      'daily-snapshot-second-disk',
      'damaged',
      withCopies(aCopy({ role: 'second-disk', intact: false })),
      'fail',
      'back-up-to-second-disk',
    ],
    [
      'daily-snapshot-second-disk',
      'of a run that is not green',
      notGreen(aCopy({ role: 'second-disk' })),
      'fail',
      'back-up-to-second-disk',
    ],
    [
      'daily-snapshot-second-disk',
      'that is the main folder under another name',
      withCopies([
        aCopy({ role: 'main', site: '/d' }),
        aCopy({ role: 'second-disk', site: '/d', destination: 'again' }),
      ]),
      'fail',
      'back-up-to-second-disk',
    ],
    ['two-clouds-encrypted', 'none', withCopies(), 'fail', 'add-second-cloud'],
    ['two-clouds-encrypted', 'one', withCopies(aCloud('a')), 'warn', 'add-second-cloud'],
    ['two-clouds-encrypted', 'two', withCopies([aCloud('a'), aCloud('b')]), 'ok', null],
    ['two-clouds-encrypted', 'two, both old', withCopies([aCloud('a'), aCloud('b')], 50), 'warn', 'back-up-to-clouds'],
    [
      'two-clouds-encrypted',
      'two prefixes of one bucket',
      withCopies([aCloud('a', 's'), aCloud('b', 's')]),
      'warn',
      'add-second-cloud',
    ],
    [
      'two-clouds-encrypted',
      'two, one damaged',
      withCopies([aCloud('a'), { ...aCloud('b'), intact: false }]),
      'warn',
      'add-second-cloud',
    ],
    ['weekly-cold-offsite', 'in the drawer', withCopies(aCold(false)), 'ok', null],
    ['weekly-cold-offsite', 'still plugged in', withCopies(aCold(true)), 'warn', 'unplug-cold-disk'],
    [
      'weekly-cold-offsite',
      'never unplugged since it was added',
      withCopies(aTravelling(true, null)),
      'warn',
      'cold-never-unplugged',
    ],
    ['weekly-cold-offsite', 'back from its drawer', withCopies(aTravelling(true, days(2))), 'warn', 'unplug-cold-disk'],
    ['weekly-cold-offsite', 'seen to leave', withCopies(aTravelling(false, days(2))), 'ok', null],
    ['weekly-cold-offsite', 'one in, one in the drawer', withTwoCold(3 * 24), 'ok', null],
    ['weekly-cold-offsite', 'one in, the other too old', withTwoCold(20 * 24), 'warn', 'unplug-cold-disk'],
    ['weekly-cold-offsite', 'where nobody looked', withCopies(aCold(null)), 'warn', 'unplug-cold-disk'],
    ['weekly-cold-offsite', 'two weeks old', withCopies(aCold(false), 14 * 24), 'warn', 'plug-in-cold-disk'],
    ['weekly-cold-offsite', 'a month old', withCopies(aCold(false), 30 * 24), 'fail', 'plug-in-cold-disk'],
    ['restore-tested', 'only read back', withCopies(aCopy({ state: 'read-back' })), 'fail', 'rehearse-restore'],
    ['restore-tested', 'restored', withCopies(aCopy({ state: 'restored' })), 'ok', null],
    [
      'restore-tested',
      'restored, then found damaged',
      withCopies(aCopy({ state: 'restored', intact: false })),
      'fail',
      'rehearse-restore',
    ],
    [
      'restore-tested',
      'two months ago',
      withCopies(aCopy({ state: 'totals-matched', at: days(60) })),
      'warn',
      'rehearse-restore',
    ],
    [
      'restore-tested',
      'half a year ago',
      withCopies(aCopy({ state: 'totals-matched', at: days(180) })),
      'fail',
      'rehearse-restore',
    ],
    ['card-vault', 'sealed', withSnapshot({ sealedTables: 2 }), 'ok', null],
    ['card-vault', 'nothing sealed', withSnapshot({ sealedTables: 0 }), 'fail', 'name-secret-columns'],
    [
      'card-vault',
      'one column missing',
      withSnapshot({ sealedTables: 1, isEverySecretSealed: false }),
      'fail',
      'name-secret-columns',
    ],
    [
      'card-vault',
      'a column that looks like cards and waits for an answer',
      { ...withSnapshot({ sealedTables: 2 }), askedColumns: ['carmis.spare'] },
      'warn',
      'answer-columns',
    ],
    ['card-vault', 'no backup', aSource({ snapshots: [] }), 'unknown', 'first-backup'],
    ['coverage', 'nobody looked', withSnapshot({}), 'unknown', 'look-at-server'],
    ['coverage', 'everything kept', withCoverage([aThing({ state: 'kept' })]), 'ok', null],
    ['coverage', 'the rest declined', withCoverage([aThing({ state: 'accepted' })]), 'ok', null],
    ['coverage', 'something open', withCoverage([aThing({})]), 'fail', 'answer-coverage'],
    ['coverage', 'settings open', withCoverage([aThing({ matters: false })]), 'warn', 'answer-coverage'],
    ['coverage', 'out of sight', withCoverage([aThing({ kind: 'unseen', matters: false })]), 'warn', 'answer-coverage'],
    ['coverage', 'new', withCoverage([aThing({ state: 'next', reason: 'next-backup' })]), 'warn', 'back-up-again'],
    ['coverage', 'looked 8 days ago', withCoverage([aThing({ state: 'kept' })], days(8)), 'warn', 'look-at-server'],
    ['coverage', 'looked 2 months ago', withCoverage([], days(60)), 'unknown', 'look-at-server'],
    ['coverage', 'looked tomorrow', withCoverage([], days(-1)), 'unknown', 'look-at-server'],
    ['coverage', 'not green', withSnapshot({ isGreen: false }), 'fail', 'look-at-checks'],
    ['coverage', 'no backup', aSource({ snapshots: [] }), 'fail', 'first-backup'],
    ['recovery-kit', 'not written', aSource(), 'fail', 'write-kit'],
    ['recovery-kit', 'written', aSource({ kitWrittenAt: days(3) }), 'warn', 'rehearse-kit'],
    ['recovery-kit', 'used', aSource({ kitWrittenAt: days(3), kitUsedAt: days(1) }), 'ok', null],
    ['replica', 'not built yet', aSource(), 'unknown', 'not-yet'],
    ['stream-rpo', 'never followed', aSource(), 'unknown', 'follow-log'],
    ['stream-rpo', 'no binlog', aSource({ stream: { trouble: 'off', copies: [] } }), 'unknown', 'turn-on-binlog'],
    ['stream-rpo', 'of 59 seconds ago', withLog([59]), 'ok', null],
    ['stream-rpo', 'of 61 seconds ago', withLog([61]), 'warn', 'look-at-stream'],
    ['stream-rpo', 'one copy behind, one not', withLog([900, 5]), 'ok', null],
    ['stream-rpo', 'of eleven minutes ago, paused', withLog([660], { trouble: 'paused' }), 'fail', 'resume-stream'],
    ['stream-rpo', 'on the shop’s own machine', withLog([3], { isOnServer: true }), 'warn', 'carry-log-off-server'],
    ['stream-rpo', 'ahead of the clock', withLog([-7200]), 'warn', 'look-at-stream'],
    ['alarm', 'not built yet', aSource(), 'unknown', 'not-yet'],
    ['alarm', 'a config file changed at night', aSource({ files: changedFiles }), 'warn', 'look-at-files'],
  ])('%s: %s', (id, _, seen, state, todo) => {
    const item = judgeChecklist(seen).find((each) => each.id === id)!;
    expect([item.state, item.todo]).toEqual([state, todo]);
    // The law of the list: nothing is ticked that was not seen, and what is not ticked says what to do.
    if (state === 'ok') expect(item.evidence.every(({ at }) => at !== null)).toBe(true);
    if (state === 'ok') expect(item.evidence.length).toBeGreaterThan(0);
    expect(item.todo === null).toBe(state === 'ok');
  });

  it('takes the newest snapshot of a place, not one that is newer elsewhere', () => {
    const seen = aSource({
      snapshots: [
        aSnapshot({ at: hours(1), copies: [aCopy({ role: 'main' })] }),
        aSnapshot({ at: hours(80), copies: [aCopy({ role: 'second-disk', at: hours(1) })] }),
      ],
    });
    expect(judgeChecklist(seen).find(({ id }) => id === 'daily-snapshot-second-disk')?.state).toBe('fail');
  });
});

describe('worstOf', () => {
  it('is as good as the worst shop, item by item', () => {
    const good = judgeChecklist(withCopies([aCloud('a'), aCloud('b')]));
    const bad = judgeChecklist(aSource({ snapshots: [], kitUsedAt: days(1) }));
    const states = new Map(worstOf([good, bad]).map(({ id, state }) => [id, state]));
    expect(states.get('two-clouds-encrypted')).toBe('fail');
    expect(states.get('recovery-kit')).toBe('fail');
    expect(states.get('card-vault')).toBe('unknown');
  });
});

function aThing(fields: Partial<CoveredThing>): CoveredThing {
  return {
    id: 'database:old',
    kind: 'database',
    name: 'old',
    matters: true,
    facts: {},
    since: null,
    state: 'open',
    reason: 'not-chosen',
    by: null,
    accepted: null,
    canBeKept: true,
    ...fields,
  };
}

function withCoverage(things: readonly CoveredThing[], lookedAt = hours(2)): SeenSource {
  return { ...withSnapshot({}), coverage: { lookedAt, failed: null, things } };
}

function aCopy(fields: Partial<SeenCopy> = {}): SeenCopy {
  const destination = fields.destination ?? fields.role ?? 'main';
  return {
    destination,
    site: `/${destination}`,
    role: 'main',
    state: 'written',
    at: hours(1),
    intact: true,
    isPresent: true,
    ...fields,
  };
}

function aCloud(destination: string, site = destination): SeenCopy {
  return aCopy({ role: 'cloud', destination, site, isPresent: null });
}

function aCold(isPresent: boolean | null): SeenCopy {
  return aCopy({ role: 'cold', isPresent });
}

function aTravelling(isPresent: boolean, leftAt: string | null): SeenCopy {
  return { ...aCold(isPresent), travels: { leftAt, knownSince: days(30) } };
}

/** The newest snapshot on the disk that is plugged in, an older one on the disk that is away. */
function withTwoCold(agedHours: number): SeenSource {
  return aSource({
    snapshots: [
      aSnapshot({ copies: [{ ...aTravelling(true, days(7)), destination: 'in', site: 'in' }] }),
      aSnapshot({
        at: hours(agedHours),
        copies: [{ ...aTravelling(false, days(2)), destination: 'away', site: 'away' }],
      }),
    ],
  });
}

function aSnapshot(fields: Partial<SeenSnapshot> = {}): SeenSnapshot {
  return {
    id: 's',
    at: hours(1),
    isGreen: true,
    rows: 5,
    sealedTables: 1,
    isEverySecretSealed: true,
    copies: [],
    ...fields,
  };
}

function withSnapshot(fields: Partial<SeenSnapshot>): SeenSource {
  return aSource({ snapshots: [aSnapshot(fields)] });
}

function withCopies(copies: SeenCopy | readonly SeenCopy[] = [], agedHours = 1): SeenSource {
  return withSnapshot({ at: hours(agedHours), copies: [copies].flat() });
}

function notGreen(copy: SeenCopy): SeenSource {
  return withSnapshot({ isGreen: false, copies: [copy] });
}

function aSource(fields: Partial<SeenSource> = {}): SeenSource {
  return { nowMs, snapshots: [aSnapshot()], kitWrittenAt: null, kitUsedAt: null, ...fields };
}

/** A log that copies hold until so many seconds ago. */
function withLog(
  seconds: readonly number[],
  { trouble = null, isOnServer = false }: { trouble?: 'paused' | null; isOnServer?: boolean } = {},
): SeenSource {
  const copies = seconds.map((age, index) => ({
    destination: `copy-${index}`,
    isOnServer,
    storedAt: new Date(nowMs - age * 1000).toISOString(),
  }));
  return aSource({ stream: { trouble, copies } });
}
