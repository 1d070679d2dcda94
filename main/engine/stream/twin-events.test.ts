import { beforeEach, describe, expect, it } from 'vitest';
import { zstdCompressSync } from 'node:zlib';
import type { TableLayout } from '../../../shared/model/stream.ts';
import { eventTypes, expandEvent, headerBytes, openPayload, parseEventHeader } from '../source/mysql/binlog/index.ts';
import type { BinlogEvent } from '../source/mysql/binlog/index.ts';
import { eventsOfTwin, frameOf } from './twin-frames.ts';
import { TwinEvents } from './twin-events.ts';

const needle = 'NEEDLE';
const file = 'log.000001';
const layout: TableLayout = {
  database: 'shop',
  table: 'cards',
  tableId: 5,
  columns: [
    { name: 'id', type: 'int' },
    { name: 'code', type: 'varchar' },
  ],
  key: ['id'],
  apart: ['id'],
};

function anEvent(type: number, ...body: readonly (string | readonly number[] | Buffer)[]): Buffer {
  const head = Buffer.alloc(headerBytes);
  head.writeUInt8(type, 4);
  const bytes = Buffer.concat([
    head,
    ...body.map((part) => (typeof part === 'string' ? Buffer.from(part) : Buffer.from(part))),
  ]);
  bytes.writeUInt32LE(bytes.length, 9);
  return bytes;
}
const text = (value: string) => Buffer.concat([Buffer.from([value.length]), Buffer.from(value), Buffer.from([0])]);
const tableMap = (table: string, id = 5, database = 'shop') =>
  anEvent(eventTypes.tableMap, [id, 0, 0, 0, 0, 0, 1, 0], text(database), text(table), [2, 3, 15, 2, 44, 1, 3]);
const rows = (id = 5, flags = 1, type: number = eventTypes.writeRowsV1) =>
  anEvent(type, [id, 0, 0, 0, 0, 0, flags, 0, 2, 3, 0xfc, 9, 0, 0, 0, needle.length, 0], needle);
const query = (sql: string) => anEvent(eventTypes.query, [1, 0, 0, 0, 0, 0, 0, 0, 4, 0, 0, 0, 0], 'shop\0', sql);
const annotate = anEvent(eventTypes.annotateRows, `INSERT INTO cards VALUES (9, '${needle}')`);

let twins: TwinEvents;
let position: number;
const begin = (known: readonly TableLayout[] = [layout]) =>
  new TwinEvents(
    {
      hasSecrets: (_, table) => table === 'cards',
      secretsOf: () => ['code'],
      isOfShop: (database) => database === 'shop',
    },
    { file, position: 4 },
    known,
  );
const heard = (bytes: Buffer): BinlogEvent => {
  const header = parseEventHeader(bytes)!;
  const event = {
    kind: 'event',
    file,
    position,
    endPosition: position + bytes.length,
    header,
    bytes,
    hasChecksum: false,
  } as const;
  position = event.endPosition;
  return event;
};
/** The twin of a sealed stretch of these events, read again; null: it has none. */
const twinOf = (...events: readonly Buffer[]): BinlogEvent[] | null => {
  const from = position;
  for (const bytes of events) twins.take(heard(bytes));
  const { twin } = twins.close(true);
  if (twin === null) return null;
  expect(twin.includes(needle)).toBe(false);
  const read = [...eventsOfTwin(twin, { file, from, to: position, object: 'x' })];
  let at = from;
  expect(read.map((each) => [each.position, each.endPosition])).toEqual(
    events.map((bytes) => [at, (at += bytes.length)]),
  );
  return read;
};
const typesOf = (events: readonly BinlogEvent[] | null) => events?.map(({ header }) => header.type) ?? null;

describe('TwinEvents', () => {
  beforeEach(() => {
    twins = begin();
    position = 4;
  });

  it('takes the secrets out of rows, and leaves texts out, also those that come before their rows are named', () => {
    const twin = twinOf(query('BEGIN'), annotate, tableMap('cards'), rows(), anEvent(eventTypes.xid, '12345678'));
    expect(typesOf(twin)).toEqual([
      eventTypes.query,
      eventTypes.ignorable,
      eventTypes.tableMap,
      eventTypes.writeRowsV1,
      eventTypes.xid,
    ]);
    expect(twin?.[3]?.bytes.length).toBe(rows().length - needle.length - 2);
  });

  it('keeps rows of other tables as they are', () => {
    const own = rows(7);
    own.write('PUBLIC', own.length - needle.length);
    expect(twinOf(tableMap('orders', 7), own)?.[1]?.bytes).toEqual(own);
  });

  it('leaves rows of copies beside the shop out, and ends their statement', () => {
    const twin = twinOf(tableMap('cards', 5, 'shop__restore'), rows(5, 0), rows(5, 1));
    expect(typesOf(twin)).toEqual([eventTypes.tableMap, eventTypes.ignorable, eventTypes.writeRowsV1]);
  });

  it('knows rows whose table was named in the stretch before, or before it began to follow', () => {
    expect(twinOf(tableMap('cards'))).not.toBeNull();
    expect(twinOf(rows())).not.toBeNull();
    twins = begin();
    twins.recall(heard(tableMap('cards')));
    expect(twinOf(rows())).not.toBeNull();
  });

  it('goes on where it ended, with what was learned of a place ahead, and nowhere else', () => {
    twins = begin([]);
    expect(twinOf(tableMap('cards'), rows())).toBeNull();
    const end = { file, position };
    twins.learn({ place: { file, position: position + 1 }, layouts: [layout] });
    expect([twins.resumeAt({ file, position: 4 }), twins.resumeAt(end)]).toEqual([false, true]);
    expect(twinOf(tableMap('cards'), rows())).not.toBeNull();
  });

  it('opens a packed transaction', () => {
    const inner = Buffer.concat([
      query('BEGIN'),
      anEvent(eventTypes.rowsQuery, ['x'.length], needle),
      tableMap('cards'),
      rows(),
    ]);
    const packed = zstdCompressSync(inner);
    const size = Buffer.alloc(9, 0xfe);
    size.writeBigUInt64LE(BigInt(inner.length), 1);
    const event = anEvent(eventTypes.transactionPayload, [2, 1, 0, 3, 9], size, [0], packed);
    const [twin] = twinOf(event) ?? [];
    expect([...expandEvent(twin!.bytes, false)].map(({ type }) => type)).toEqual([
      eventTypes.query,
      eventTypes.tableMap,
      eventTypes.writeRowsV1,
    ]);
    const large = Array.from({ length: 300 }, () => query('BEGIN'));
    expect([...expandEvent(openPayload(event, large), false)]).toHaveLength(300);
  });

  it.each([
    ['a statement that changed rows', query(`INSERT INTO cards VALUES (1, '${needle}')`)],
    ['a statement with a SELECT', query(`CREATE TABLE x AS SELECT '${needle}'`)],
    [
      'a statement that is another one for other servers',
      query(`/*!99999 BEGIN */ INSERT INTO cards VALUES ('${needle}')`),
    ],
    ['a table with rows and a SELECT', query(`CREATE TABLE view AS SELECT '${needle}'`)],
    ['a definition of two meanings', query(`CREATE VIEW v AS SELECT 1 /*!99999 ; '${needle}' */`)],
    ['a statement that nobody knows', query(`CALL sell('${needle}')`)],
    ['a user variable', anEvent(eventTypes.userVar, needle)],
    ['a number for a statement', anEvent(eventTypes.intvar, needle)],
    ['a block of a file', anEvent(eventTypes.appendBlock, needle)],
    ['an incident', anEvent(eventTypes.incident, needle)],
    ['an event of another kind', anEvent(99, needle)],
    ['an event that does not unpack', anEvent(eventTypes.writeRowsCompressed, needle)],
    ['rows of a table that was not named', rows(6)],
    ['changes within documents', Buffer.concat([tableMap('cards'), rows(5, 1, eventTypes.partialUpdateRows)])],
  ])('has no twin for %s', (_, event) => {
    const parts = [...split(event)];
    expect(twinOf(query('BEGIN'), ...parts)).toBeNull();
    // The next stretch has one again.
    expect(twinOf(query('BEGIN'))).not.toBeNull();
  });

  it('leaves statements about accounts out, and keeps those about tables', () => {
    const twin = twinOf(
      query(`CREATE USER a IDENTIFIED BY '${needle}'`),
      query(`GRANT SELECT ON *.* TO a IDENTIFIED BY '${needle}'`),
      query('ALTER TABLE orders ADD x INT'),
      query('CREATE DEFINER=`a`@`%` VIEW v AS SELECT id FROM cards'),
    );
    expect(typesOf(twin)).toEqual([eventTypes.ignorable, eventTypes.ignorable, eventTypes.query, eventTypes.query]);
  });

  it('has no twin for rows after a statement that may have moved their columns, until the server was asked behind it', () => {
    const change = query('ALTER TABLE cards ADD COLUMN x VARCHAR(40) FIRST');
    expect(twinOf(tableMap('cards'), rows(), change, tableMap('cards'), rows())).toBeNull();
    expect(twinOf(tableMap('cards'), rows())).toBeNull();
    expect(twins.wanted).toHaveLength(1);
    twins.learn({ place: { file, position }, layouts: [{ ...layout, columns: [...layout.columns].reverse() }] });
    // The answer does not fit what the log says.
    expect(twinOf(tableMap('cards'), rows())).toBeNull();
    twins.learn({ place: { file, position }, layouts: [layout] });
    expect(twinOf(tableMap('cards'), rows())).not.toBeNull();
    expect(twins.close(true).layouts).toEqual([layout]);
  });

  it('has no twin for what is not sealed, and none for updates of a table without a key of its own', () => {
    twins.take(heard(query('BEGIN')));
    expect(twins.close(false).twin).toBeNull();
    twins = begin([{ ...layout, key: ['code'] }]);
    const [from, to] = [
      [9, 0, 0, 0],
      [8, 0, 0, 0],
    ].map((id) => [0xfc, ...id, needle.length, 0, ...Buffer.from(needle)]);
    const update = anEvent(eventTypes.updateRowsV1, [5, 0, 0, 0, 0, 0, 1, 0, 2, 3, 3], from!, to!);
    expect(twinOf(tableMap('cards'), update)).toBeNull();
    twins = begin();
    expect(twinOf(tableMap('cards'), update)).not.toBeNull();
  });
});

describe('eventsOfTwin', () => {
  const event = query('BEGIN');
  const read = (payload: Buffer, to = 4 + event.length) => [
    ...eventsOfTwin(payload, { file, from: 4, to, object: 'x' }),
  ];
  const whole = frameOf(event.length, event);

  it('reads what was written, and frames behind each other as one', () => {
    expect(read(whole)).toMatchObject([{ position: 4, endPosition: 4 + event.length, bytes: event }]);
    const two = read(Buffer.concat([whole, frameOf(30, null)]), 4 + event.length + 30);
    expect(two.map(({ header }) => header.type)).toEqual([eventTypes.query, eventTypes.ignorable]);
  });

  it.each([
    ['ends within a frame', whole.subarray(0, -1)],
    ['ends within the head of a frame', Buffer.concat([whole, Buffer.alloc(7)])],
    ['says less than the stretch', Buffer.alloc(0)],
    ['says more than the stretch', Buffer.concat([whole, frameOf(19, null)])],
    ['has an event of another length', frameOf(event.length, Buffer.concat([event, Buffer.alloc(1)]))],
    ['has an event without a head', frameOf(event.length, Buffer.alloc(5))],
    [
      'stands for something shorter than an event',
      Buffer.concat([frameOf(18, null), frameOf(event.length - 18, null)]),
    ],
  ])('refuses a twin that %s', (_, payload) => {
    expect(() => read(payload)).toThrow(expect.objectContaining({ code: 'repository.damaged' }));
  });
});

/** Events that stand behind each other. */
function* split(bytes: Buffer): Generator<Buffer> {
  for (let at = 0; at < bytes.length; at += parseEventHeader(bytes, at)!.sizeBytes)
    yield bytes.subarray(at, at + parseEventHeader(bytes, at)!.sizeBytes);
}
