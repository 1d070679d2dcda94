import { describe, expect, it } from 'vitest';
import type { StreamRecord } from '../../../shared/model/stream.ts';
import { stretchesOf, type StoredStreamRecord } from '../stream/index.ts';
import { Findings } from './finding.ts';
import { tailOf, type RestorePoint } from './log-tail.ts';

const base = Date.UTC(2026, 10, 23, 10);
const minute = 60_000;
const iso = (minutes: number) => new Date(base + minutes * minute).toISOString();
const cards = [{ database: 'shop', table: 'carmis', inserted: 0, updated: 1, deleted: 0 }];

let sequence = 0;
/** A record of `log.00000<file>`, from–to, stored and committed at a minute. */
function aRecord(
  file: number,
  [from, to]: readonly [number, number],
  at: number,
  more: Partial<StreamRecord> = {},
): StoredStreamRecord {
  sequence += 1;
  const record = {
    file: `log.00000${file}`,
    from,
    to,
    closedAt: iso(at),
    firstCommitAt: iso(at),
    lastCommitAt: iso(at),
    tables: cards,
    notable: [],
    statementChanges: 0,
    endsWithin: false,
    continues: null,
    merges: [],
    parts: [],
    gap: 'start',
    ...more,
  } as unknown as StreamRecord;
  return { name: `streams/s/${String(sequence).padStart(12, '0')}-00000000000000000000000000000000`, record };
}

function chain(...records: readonly StoredStreamRecord[]): StoredStreamRecord[] {
  return records.map((each, index) => {
    const before = records[index - 1];
    return before === undefined ? each : { ...each, record: { ...each.record, continues: before.name, gap: null } };
  });
}

function tail(records: readonly StoredStreamRecord[], point: RestorePoint) {
  const findings = new Findings();
  const runs = tailOf(
    stretchesOf(records),
    point,
    ({ database, table }) => database === 'shop' && table === 'carmis',
    findings,
  );
  return { runs: runs.map((run) => run.records.map(({ record }) => `${record.file.at(-1)}:${record.from}`)), findings };
}

const at = (file: number, position: number, minutes: number): RestorePoint => ({
  place: { file: `log.00000${file}`, position },
  atMs: base + minutes * minute,
});

describe('tailOf', () => {
  it('begins where the moment lies and reads all that may tell of the tables', () => {
    const beside = { database: 'shop__restore_20261123_0900', table: 'carmis', inserted: 9, updated: 0, deleted: 0 };
    const none = { tables: [{ database: 'shop', table: 'sessions', inserted: 1, updated: 0, deleted: 0 }, beside] };
    const records = chain(
      aRecord(1, [4, 100], 0),
      aRecord(1, [100, 200], 10),
      aRecord(1, [200, 300], 20, none),
      aRecord(2, [4, 50], 30),
      aRecord(2, [50, 90], 40, { ...none, statementChanges: 1 }),
    );
    const { runs, findings } = tail(records, at(1, 150, 8));
    expect(runs).toEqual([['1:100'], ['2:4', '2:50']]);
    expect(findings.all).toEqual([]);
  });

  it('takes the records along in which a transaction began', () => {
    const records = chain(
      aRecord(1, [4, 100], 0),
      aRecord(1, [100, 200], 10, { tables: [], endsWithin: true }),
      aRecord(1, [200, 300], 10, { tables: [], endsWithin: true }),
      aRecord(1, [300, 400], 11),
    );
    expect(tail(records, at(1, 100, 5)).runs).toEqual([['1:100', '1:200', '1:300']]);
  });

  it('names each gap behind the moment and goes on after it', () => {
    const records = [
      ...chain(aRecord(1, [4, 100], 0), aRecord(1, [100, 200], 10)),
      aRecord(3, [4, 100], 60, { gap: 'purged' }),
    ];
    const { runs, findings } = tail(records, at(1, 100, 5));
    expect(runs).toEqual([['1:100'], ['3:4']]);
    expect(findings.all).toMatchObject([{ reason: 'log-gap', facts: { from: iso(10), until: iso(60) } }]);
    // A gap that was over before the moment is nobody's concern.
    expect(tail(records, at(3, 50, 62)).findings.all).toEqual([]);
  });

  it('knows the right one of two files of the same name after RESET MASTER', () => {
    const records = [
      ...chain(aRecord(1, [4, 100], 0), aRecord(1, [100, 200], 10)),
      ...chain(aRecord(1, [4, 100], 300, { gap: 'rewritten' }), aRecord(1, [100, 200], 310)),
    ];
    expect(tail(records, at(1, 150, 309)).runs).toEqual([['1:100']]);
    const early = tail(records, at(1, 150, 9));
    expect(early.runs).toEqual([['1:100'], ['1:4', '1:100']]);
    expect(early.findings.all).toMatchObject([{ reason: 'log-gap' }]);
  });

  it('sees no gap where another computer stored the same', () => {
    const records = [
      ...chain(aRecord(1, [4, 100], 0), aRecord(1, [100, 200], 10)),
      ...chain(aRecord(1, [100, 150], 10), aRecord(1, [150, 400], 20)),
    ];
    const { runs, findings } = tail(records, at(1, 100, 5));
    expect(runs.flat()).toContain('1:150');
    expect(findings.all).toEqual([]);
  });

  it('says when the log begins after the moment, ends before it, and reads by time what it can', () => {
    const late = tail(chain(aRecord(2, [4, 100], 60)), at(1, 50, 0));
    expect(late.runs).toEqual([['2:4']]);
    expect(late.findings.all).toMatchObject([{ reason: 'log-starts-later', facts: { from: iso(0), until: iso(60) } }]);
    const early = tail(chain(aRecord(1, [4, 100], 0)), at(2, 50, 600));
    expect(early.runs).toEqual([]);
    expect(early.findings.all).toMatchObject([{ reason: 'log-end', facts: { at: iso(0) } }]);
    // A server that does not say where its log stands: a little too much is read.
    const blind = tail(chain(aRecord(1, [4, 100], 0), aRecord(1, [100, 200], 55), aRecord(1, [200, 300], 70)), {
      place: null,
      atMs: base + 60 * minute,
    });
    expect(blind.runs).toEqual([['1:100', '1:200']]);
    expect(blind.findings.all).toEqual([]);
  });
});
