import { Duplex } from 'node:stream';
import { createConnection } from 'mysql2';
import { describe, expect, it } from 'vitest';
import { fc } from '../../platform/testing/seeded.ts';
import { BatchCutter } from './read-range.ts';
import { RowParser } from './row-parser.ts';

interface Inside {
  sequenceId: number;
  _paused_packets: { push(packet: unknown): void; shift(): unknown };
  packetParser: {
    execute(piece: Buffer): void;
    onPacket: (packet: { buffer: Buffer; offset: number; end: number; sequenceId: number; numPackets: number }) => void;
  };
}

/** A driver that waits for a server, with its own parser; whole packets that come through it are noted. */
function aDriver() {
  const stream = new Duplex({ read: () => undefined, write: (_piece, _encoding, done) => done() });
  const driver = createConnection({ stream, connectTimeout: 0 });
  driver.on('error', () => undefined);
  const inside = driver as unknown as Inside;
  const seen: Buffer[] = [];
  const sequences: number[] = [];
  inside.packetParser.onPacket = ({ buffer, offset, end, sequenceId, numPackets }) => {
    seen.push(Buffer.from(buffer.subarray(offset, end)));
    sequences.push(sequenceId);
    inside.sequenceId = (inside.sequenceId + numPackets) & 0xff;
  };
  return { driver: driver, inside, seen, sequences };
}

function packetsOf(payloads: readonly Buffer[], firstSequence: number): Buffer {
  const parts: Buffer[] = [];
  let sequence = firstSequence;
  for (const payload of payloads) {
    const header = Buffer.alloc(4);
    header.writeUIntLE(payload.length, 0, 3);
    header[3] = sequence++ & 0xff;
    parts.push(header, payload);
  }
  return Buffer.concat(parts);
}

/** Splits handed-over packets again. */
function payloadsIn(buffer: Buffer, from: number, to: number): Buffer[] {
  const payloads: Buffer[] = [];
  for (let at = from; at < to; at += 4 + buffer.readUIntLE(at, 3))
    payloads.push(Buffer.from(buffer.subarray(at + 4, at + 4 + buffer.readUIntLE(at, 3))));
  return payloads;
}

function* cut(bytes: Buffer, sizes: readonly number[]): Generator<Buffer> {
  for (let at = 0, n = 0; at < bytes.length; n++) {
    const size = sizes[n % sizes.length] ?? 1;
    yield bytes.subarray(at, at + size);
    at += size;
  }
}

const payload = fc.oneof(
  { weight: 20, arbitrary: fc.tuple(fc.integer({ min: 1, max: 300 }), fc.nat(0xff)) },
  { weight: 1, arbitrary: fc.tuple(fc.integer({ min: 65_530, max: 65_540 }), fc.nat(0xff)) },
  { weight: 1, arbitrary: fc.tuple(fc.constantFrom(1024 * 1024 - 1, 1024 * 1024, 1024 * 1024 + 5), fc.nat(0xff)) },
);

describe('RowParser', () => {
  it('gives every row once and in order, however the bytes are cut', () => {
    fc.assert(
      fc.property(
        fc.array(payload, { maxLength: 400 }),
        fc.array(fc.oneof(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 500, max: 70_000 })), {
          minLength: 1,
          maxLength: 5,
        }),
        fc.nat(0xff),
        (shapes, sizes, first) => {
          const payloads = shapes.map(([length, octet]) => Buffer.alloc(length, octet));
          const { driver, inside, seen } = aDriver();
          inside.sequenceId = first;
          const parser = new RowParser(driver, (buffer, from, to, rows) => {
            const handed = payloadsIn(buffer, from, to);
            expect(handed).toHaveLength(rows);
            seen.push(...handed);
          });
          const bytes = packetsOf(payloads, first);
          // Few pieces for long input: single octets of a megabyte prove nothing new.
          const wanted = bytes.length > 100_000 ? sizes.map((size) => size + 5_000) : sizes;
          for (const piece of cut(bytes, wanted)) inside.packetParser.execute(piece);
          expect(seen.length).toBe(payloads.length);
          expect(Buffer.concat(seen).equals(Buffer.concat(payloads))).toBe(true);
          expect(inside.sequenceId).toBe((first + payloads.length) & 0xff);
          parser.leave();
          driver.destroy();
        },
      ),
      { numRuns: 60 },
    );
  });

  it('leaves end, error and out-of-order packets to the driver', () => {
    for (const special of [Buffer.from([0xfe, 0, 0, 2, 0]), Buffer.from([0xff, 1, 2]), Buffer.alloc(0)]) {
      const { driver, inside, seen } = aDriver();
      inside.sequenceId = 3;
      const handed: Buffer[] = [];
      new RowParser(driver, (buffer, from, to) => handed.push(...payloadsIn(buffer, from, to)));
      inside.packetParser.execute(packetsOf([Buffer.from('a'), special, Buffer.from('b')], 3));
      expect(seen).toEqual([special]);
      expect(handed).toEqual([Buffer.from('a'), Buffer.from('b')]);
      driver.destroy();
    }
    const { driver, inside, sequences } = aDriver();
    inside.sequenceId = 3;
    new RowParser(driver, () => undefined);
    inside.packetParser.execute(packetsOf([Buffer.from('a')], 4));
    expect(sequences).toEqual([4]);
    driver.destroy();
  });

  it('overtakes nothing that waits in a paused driver', () => {
    const { driver, inside, seen } = aDriver();
    inside._paused_packets.push({});
    new RowParser(driver, () => expect.unreachable('a row came before one that waits'));
    inside.packetParser.execute(packetsOf([Buffer.from('a')], 0));
    expect(seen).toEqual([Buffer.from('a')]);
    inside._paused_packets.shift();
    driver.destroy();
  });

  it('can begin in the middle of a packet of the driver', () => {
    for (let split = 1; split < 12; split++) {
      const { driver, inside, seen } = aDriver();
      const bytes = packetsOf([Buffer.from('first row'), Buffer.from('second')], 0);
      inside.packetParser.execute(bytes.subarray(0, split));
      const handed: Buffer[] = [];
      const parser = new RowParser(driver, (buffer, from, to) => handed.push(...payloadsIn(buffer, from, to)));
      inside.packetParser.execute(bytes.subarray(split, split + 1));
      inside.packetParser.execute(bytes.subarray(split + 1));
      expect(seen).toEqual([Buffer.from('first row')]);
      expect(handed).toEqual([Buffer.from('second')]);
      parser.leave();
      inside.packetParser.execute(packetsOf([Buffer.from('third')], 2));
      expect(seen).toHaveLength(2);
      driver.destroy();
    }
  });
});

describe('BatchCutter', () => {
  it('makes the same batches of packets as of single rows', () => {
    const row = fc
      .integer({ min: 1, max: 400 })
      .map((length) => Buffer.concat([Buffer.of(length % 200), Buffer.alloc(length, 7)]));
    fc.assert(
      fc.property(fc.array(row, { maxLength: 60 }), fc.integer({ min: 50, max: 2_000 }), (rows, batchBytes) => {
        const collect = (fill: (cutter: BatchCutter) => void) => {
          const batches: unknown[] = [];
          const cutter = new BatchCutter(
            { firstBytes: batchBytes, nextBytes: batchBytes },
            null,
            ({ bytes, usedBytes, rows: count }) =>
              batches.push([Buffer.from(bytes.subarray(0, usedBytes)).toString('hex'), count]),
          );
          fill(cutter);
          cutter.flush();
          return [batches, cutter.totalRows];
        };
        const bytes = packetsOf(rows, 250);
        const single = collect((cutter) => {
          for (const each of rows) cutter.add(each, 0, each.length);
        });
        expect(collect((cutter) => cutter.addPackets(bytes, 0, bytes.length))).toEqual(single);
      }),
    );
  });
});
