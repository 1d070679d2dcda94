import { describe, expect, it } from 'vitest';
import { eventTypes, type BinlogEvent } from '../source/mysql/binlog/index.ts';
import { CommitPace } from './commit-pace.ts';

const event = (type: number) => ({ header: { type } }) as BinlogEvent;

describe('CommitPace', () => {
  it('counts what begins a transaction, window by window', () => {
    let nowMs = 1_000;
    const pace = new CommitPace({ nowMs: () => 0, monotonicMs: () => nowMs }, 2_000);
    const hear = (...types: readonly number[]) => types.forEach((type) => pace.take(event(type)));
    hear(eventTypes.mariaGtid, eventTypes.tableMap, eventTypes.xid, eventTypes.gtid, eventTypes.anonymousGtid);
    nowMs += 1_999;
    expect(pace.perSecond()).toBeNull();
    nowMs += 1_001;
    expect(pace.perSecond()).toBe(1);
    expect(pace.perSecond()).toBeNull();
    nowMs += 2_000;
    expect(pace.perSecond()).toBe(0);
  });
});
