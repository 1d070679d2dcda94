import { beforeAll, describe, expect, it } from 'vitest';
import type { StreamRecord } from '../../../shared/model/stream.ts';
import { StreamCompaction } from './compact-stream.ts';
import { chainsOf, shortName, stretchesOf } from './link-records.ts';
import { eventsOf, readRecords } from './read-stream.ts';
import { parseStreamRecord, type StoredStreamRecord } from './stream-records.ts';
import { never, recordedEvents, sourceId, StoredLog } from './testing/recorded-log.ts';

const startMs = Date.parse('2026-11-22T20:00:00Z');
const idOf = (n: number) => `00000000-0000-4000-8000-${n.toString().padStart(12, '0')}`;
const damaged = expect.objectContaining({ code: 'repository.damaged' }) as unknown;

describe('records that are linked', () => {
  let log: StoredLog;
  let small: StoredStreamRecord[];
  /** Of all but the last of them, and the last. */
  let merged: StoredStreamRecord;
  beforeAll(async () => {
    log = await StoredLog.make();
    small = await log.write(recordedEvents('log.000001', startMs, 30), {
      cut: () => 5,
      isSealed: (index) => index === 2,
    });
    log.clock.advance(4 * 86_400_000);
    const { repository, clock } = log;
    const guard = <T>(work: (signal: AbortSignal) => Promise<T>) => work(never);
    await new StreamCompaction({ repository, sourceId, clock, guard, signal: never }).pass(1e9);
    merged = (await readRecords(repository, sourceId, never)).find(({ record }) => record.merges.length > 0)!;
    expect(merged.record.merges).toEqual(small.slice(0, -1).map(({ name }) => shortName(name)));
  });

  const last = () => small.at(-1)!;
  const named = (n: number, record: StreamRecord): StoredStreamRecord => ({
    name: `streams/${sourceId}/${n.toString().padStart(12, '0')}-${idOf(n)}`,
    record,
  });
  const namesOf = (records: readonly StoredStreamRecord[]) =>
    chainsOf(records).map((chain) => chain.map(({ name }) => name));

  it('prefers the merged one to what it was made of, in any order and number', () => {
    const whole = [[merged.name, last().name]];
    expect(namesOf([...small, merged])).toEqual(whole);
    expect(namesOf([merged, ...[...small].reverse()])).toEqual(whole);
    expect(namesOf([merged, last()])).toEqual(whole);
    expect(namesOf([small[3]!, merged, small[1]!, last()])).toEqual(whole);
    // Two computers have merged the same, one of them less of it.
    const less = named(1, { ...merged.record, merges: merged.record.merges.slice(0, 2), to: small[1]!.record.to });
    expect(namesOf([less, merged, ...small])).toEqual(whole);
    expect(namesOf([named(1, merged.record), merged, last()])).toEqual([
      [[merged.name, named(1, merged.record).name].sort()[0], last().name],
    ]);
  });

  it('shows a merged record as its parts, sealed only where it is', () => {
    const [stretch] = stretchesOf([merged, last()]);
    const sealed = stretch!.records.filter(({ record }) => record.sealed);
    expect(sealed.map(({ record: { from, to } }) => [from, to])).toEqual([
      [small[2]!.record.from, small[2]!.record.to],
    ]);
    expect(stretch!.records.length).toBeGreaterThan(3);
    let at = 4;
    for (const { record } of stretch!.records) {
      expect(record.from).toBe(at);
      at = record.to;
    }
  });

  it('never joins what goes on from the middle of a merged record', () => {
    const fork = named(99, { ...small[4]!.record, continues: small[3]!.name });
    const chains = namesOf([merged, last(), fork]);
    expect(chains).toEqual([[merged.name, last().name], [fork.name]]);
  });

  it.each<[string, () => StoredStreamRecord[]]>([
    ['of another file', () => [merged, named(3, { ...last().record, file: 'log.000009' })]],
    [
      'of another place',
      () => [merged, named(3, { ...last().record, from: merged.record.to + 9, to: merged.record.to + 99 })],
    ],
    ['of another log that begins alike', () => [merged, named(3, { ...small[1]!.record, format: 'AAAA' })]],
    [
      'of another server',
      () => [merged, named(3, { ...small[1]!.record, server: { ...small[1]!.record.server, serverId: '7' } })],
    ],
    [
      'that ends otherwise',
      () => [merged, named(3, { ...small.at(-2)!.record, trace: { ...small.at(-2)!.record.trace, digest: 'other' } })],
    ],
  ])('refuses a merged record that claims one %s', (_, of) => {
    const [whole, claimed] = of();
    const record = { ...whole!.record, merges: [...whole!.record.merges, shortName(claimed!.name)] };
    expect(() => chainsOf([{ ...whole!, record }, claimed!])).toThrow(damaged);
  });

  it('refuses two merged records that claim each other’s, and does not join two that overlap', () => {
    const [a, b] = [merged.record.merges.slice(0, 3), merged.record.merges.slice(2, 4)];
    const one = named(1, { ...merged.record, merges: a, to: small[2]!.record.to });
    const other = named(3, {
      ...merged.record,
      merges: b,
      from: small[2]!.record.from,
      continues: small[1]!.name,
      gap: null,
      to: small[3]!.record.to,
    });
    expect(namesOf([one, other])).toEqual([[one.name], [other.name]]);
    const claims = { ...one, record: { ...one.record, merges: [...a, shortName(other.name)] } };
    expect(() => chainsOf([claims, other])).toThrow(damaged);
  });

  it('refuses a record that contradicts itself', () => {
    const { record } = merged;
    const [part, ...parts] = record.parts;
    const parse = (own: StreamRecord) => parseStreamRecord(merged.name, Buffer.from(JSON.stringify(own)));
    expect(parse(record).record).toEqual(record);
    const bad: StreamRecord[] = [
      { ...record, parts },
      { ...record, parts: [] },
      { ...record, merges: [] },
      { ...record, merges: [...record.merges, record.merges[0]!] },
      { ...record, sealed: false },
      { ...record, parts: [{ ...part!, to: part!.to + 1 }, ...parts] },
      { ...record, parts: [{ ...part!, lastEnd: record.to + 1 }, ...parts] },
      { ...record, pieces: record.pieces.slice(1) },
      { ...record, merges: ['streams/elsewhere/1', ...record.merges] },
      { ...record, twins: [{ chunk: record.pieces[0]!.chunk, from: record.from, to: record.to }] },
    ];
    for (const own of bad) expect(() => parse(own)).toThrow(damaged);
  });

  it.each<[string, (within: { at: number; size: number }) => { at: number; size: number }]>([
    ['behind the end of its chunk', ({ at, size }) => ({ at: at + 1e6, size })],
    ['over the end of its chunk', ({ at, size }) => ({ at, size: size + 1e6 })],
    ['beside itself', ({ at, size }) => ({ at: at + 1, size })],
    ['in less than it has', ({ at }) => ({ at, size: 5 })],
  ])('refuses a piece that lies %s', async (_, move) => {
    const sealedAt = small[2]!.record.from;
    for (const index of [0, merged.record.pieces.findIndex(({ from }) => from === sealedAt)]) {
      const pieces = merged.record.pieces.map((piece, at) =>
        at === index ? { ...piece, within: move(piece.within!) } : piece,
      );
      const [stretch] = stretchesOf([{ ...merged, record: { ...merged.record, pieces } }]);
      const read = async () => {
        for (const each of stretch!.records) await Array.fromAsync(eventsOf(log.repository, each, log.vault, never));
      };
      await expect(read()).rejects.toMatchObject({ code: 'repository.damaged' });
    }
  });
});
