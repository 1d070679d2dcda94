import { describe, expect, it } from 'vitest';
import { eventTypes, parseEventHeader, type BinlogEvent } from '../source/mysql/binlog/index.ts';
import type { ReadEvents, StoredStreamRecord, Stretch } from '../stream/index.ts';
import { findNameInLog } from './find-name-in-log.ts';

const { signal } = new AbortController();
const file = 'binlog.000001';

/** A statement as a server logs it, in database `shop`. Source: MySQL `libs/mysql/binlog/event/statement_events.h`, Query_event. */
function statement(text: string, position: number): BinlogEvent {
  const database = Buffer.from('shop\0');
  const body = Buffer.concat([Buffer.alloc(13), database, Buffer.from(text)]);
  body.writeUInt8(database.length - 1, 8);
  const bytes = Buffer.concat([Buffer.alloc(19), body]);
  bytes.writeUInt8(eventTypes.query, 4);
  bytes.writeUInt32LE(bytes.length, 9);
  const header = parseEventHeader(bytes);
  if (header === null) throw new Error('not an event');
  const endPosition = position + bytes.length;
  return { kind: 'event', file, position, endPosition, header, bytes, hasChecksum: false };
}

/** One record per statement, 1000 bytes of log apart. `shown`: what the index says of it. */
function log(...statements: readonly { readonly text: string; readonly shown?: string | null }[]) {
  const records = statements.map(({ text, shown = text }, index) => ({
    name: String(index),
    record: {
      file,
      from: (index + 1) * 1000,
      to: (index + 2) * 1000,
      statementChanges: 0,
      notable: [{ kind: 'ddl', statement: shown, tables: [] }],
    },
  })) as unknown as StoredStreamRecord[];
  const asked: number[] = [];
  const read: ReadEvents = async function* ({ name, record }) {
    asked.push(Number(name));
    await Promise.resolve();
    yield statement(statements[Number(name)]?.text ?? '', record.from);
  };
  const find = (renames: ReadonlyMap<string, string>, to = (statements.length + 1) * 1000) => {
    const stretch: Stretch = { records, gap: null };
    const stop = { index: Math.ceil(to / 1000) - 2, position: to };
    const plan = { stretch, from: { index: 0, position: 1000 }, stop };
    return findNameInLog({ plan, read, databases: ['shop'], renames, signal });
  };
  return { find, asked };
}

const beside = new Map([['shop', 'shop__restore']]);

describe('findNameInLog', () => {
  it('finds the first statement in which the database cannot be told from another name, and reads no more than it has to', async () => {
    const { find, asked } = log(
      { text: 'ALTER TABLE orders ADD COLUMN note INT' },
      { text: 'ALTER TABLE shop.orders ADD COLUMN more INT' },
      { text: 'ALTER TABLE orders ADD COLUMN shop INT' },
      { text: 'DROP TABLE orders' },
    );
    expect(await find(beside)).toEqual({ file, position: 3000 });
    // Of the first the index says enough; the second names it where it is a database.
    expect(asked).toEqual([1, 2]);
  });

  it('looks inside where the index keeps no text, or not all of it', async () => {
    const secret = log({ text: 'CREATE TABLE t AS SELECT 1 AS shop', shown: null });
    expect(await secret.find(beside)).toEqual({ file, position: 1000 });
    const long = `ALTER TABLE t ${'ADD COLUMN a INT, '.repeat(60)} ADD COLUMN shop INT`;
    expect(await log({ text: long, shown: long.slice(0, 1000) }).find(beside)).toEqual({ file, position: 1000 });
  });

  it('does not mind what lies behind the moment, and nothing where the names stay', async () => {
    const made = () => log({ text: 'TRUNCATE orders' }, { text: 'ALTER TABLE orders ADD COLUMN shop INT' });
    expect(await made().find(beside, 2000)).toBeNull();
    expect(await made().find(new Map())).toBeNull();
    expect(await made().find(new Map([['shop', 'shop']]))).toBeNull();
  });
});
