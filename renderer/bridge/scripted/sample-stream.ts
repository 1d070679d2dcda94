import type { CommandOutput } from '../../../shared/ipc/contract.ts';
import type { StreamStatus } from '../../../shared/model/stream.ts';

/** A shop's log that is being followed. */
export function aStream(source: string, changes: Partial<StreamStatus> = {}): StreamStatus {
  const nowMs = Date.now();
  const before = (ms: number): string => new Date(nowMs - ms).toISOString();
  return {
    source,
    state: 'live',
    errorCode: null,
    errorFacts: {},
    since: before(3_600_000),
    heardAt: before(1_000),
    lastEventAt: before(9_000),
    copies: [
      { destination: '主硬盘', rpoMs: 3_000, storedAt: before(3_000), errorCode: null },
      { destination: '阿里云', rpoMs: 41_000, storedAt: before(41_000), errorCode: null },
    ],
    today: { events: 18_204, bytes: 9_400_000 },
    gaps: [],
    warnings: [],
    ...changes,
  };
}

type Events = CommandOutput<'events.list'>;

/** The log of the last three days: a gap yesterday, a table dropped this morning. */
export function sampleEvents(nowMs: number): Events {
  const before = (hours: number): string => new Date(Math.floor(nowMs / 1000) * 1000 - hours * 3_600_000).toISOString();
  const place = (file: number, position: number) => ({ file: `binlog.${String(file).padStart(6, '0')}`, position });
  const rest = { gtid: null, threadId: 812 };
  return {
    destination: '主硬盘',
    stretches: [
      { from: place(3, 4), to: place(4, 81_240), fromAt: before(75), toAt: before(31) },
      { from: place(5, 4), to: place(6, 1_204_112), fromAt: before(27), toAt: before(0) },
    ],
    gaps: [{ after: place(4, 81_240), until: place(5, 4), reason: 'purged', afterAt: before(31), untilAt: before(27) }],
    events: [
      {
        ...rest,
        id: 'binlog.000003:4120:1',
        at: before(50),
        kind: 'ddl',
        tables: ['dujiaoka.coupons'],
        rows: null,
        share: null,
        statement: 'ALTER TABLE coupons ADD COLUMN note VARCHAR(60)',
        position: place(3, 4_120),
      },
      {
        ...rest,
        id: 'binlog.000005:90112:2',
        at: before(9),
        kind: 'mass-delete',
        tables: ['dujiaoka.orders'],
        rows: 1_240,
        share: 0.13,
        statement: null,
        position: place(5, 90_112),
      },
      {
        ...rest,
        id: 'binlog.000006:1180224:3',
        at: before(2),
        kind: 'drop-table',
        tables: ['dujiaoka.orders'],
        rows: 9_408,
        share: 1,
        statement: 'DROP TABLE `orders`',
        position: place(6, 1_180_224),
      },
    ],
  };
}
