import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { connectMysql } from '../../connect.ts';
import type { SourceServer } from '../../testing/source-server.ts';
import { eventTypes } from '../event-types.ts';
import { binlogMagic, firstPosition, readBinlog, type BinlogPosition, type ReadBinlogOptions } from '../read-binlog.ts';

const flagsAt = 4 + 17;

/** What a replica gets, put together again file by file, beside the server's own files. */
export function describeReadBinlog(given: () => SourceServer): void {
  describe('readBinlog', { timeout: 120_000 }, () => {
    let source: SourceServer;
    beforeAll(() => {
      source = given();
    });

    const flavour = () => source.server.flavour;
    const options = (from: BinlogPosition, more: Partial<ReadBinlogOptions> = {}): ReadBinlogOptions => ({
      from,
      flavour: flavour(),
      replicaId: 4_000_000_001,
      replicaUuid: randomUUID(),
      untilEnd: true,
      heartbeatMs: 1000,
      signal: new AbortController().signal,
      ...more,
    });
    const logs = async () => {
      const rows = await source.admin.query('SHOW BINARY LOGS');
      return rows.map((row) => ({ file: row.get('log_name') ?? '', sizeBytes: Number(row.get('file_size')) }));
    };
    const read = async (from: BinlogPosition, more: Partial<ReadBinlogOptions> = {}) => {
      const files = new Map<string, Buffer[]>();
      const connection = await connectMysql(source.target);
      for await (const item of readBinlog(connection, options(from, more))) {
        if (item.kind !== 'event') continue;
        const parts = files.get(item.file) ?? [];
        if (parts.length === 0) parts.push(item.position === firstPosition ? binlogMagic : Buffer.alloc(item.position));
        parts.push(item.bytes);
        files.set(item.file, parts);
      }
      return new Map([...files].map(([file, parts]) => [file, Buffer.concat(parts)]));
    };
    /** As the server closes it: the flag "in use" is cleared in what is sent. */
    const fileOf = async (file: string) => {
      const bytes = await readFile(join(source.server.dataDir, file));
      bytes.writeUInt16LE(bytes.readUInt16LE(flagsAt) & ~1, flagsAt);
      return bytes;
    };
    const errorOf = async (from: BinlogPosition) => {
      const connection = await connectMysql(source.target);
      const reading = Array.fromAsync(readBinlog(connection, options(from)));
      return reading.then(
        () => 'none',
        (error: unknown) => (error as { code?: string }).code,
      );
    };

    it('gives every file byte for byte, with and without checksums, over rotations and events larger than a packet', async () => {
      await source.run(
        'CREATE DATABASE flow',
        'CREATE TABLE flow.orders (id INT PRIMARY KEY AUTO_INCREMENT, note VARCHAR(200), body LONGBLOB) ENGINE=InnoDB',
        "INSERT INTO flow.orders (note) VALUES ('卡密 one'), ('two')",
        "INSERT INTO flow.orders (note, body) VALUES ('large', REPEAT('x', 17825792))",
        'FLUSH BINARY LOGS',
        "UPDATE flow.orders SET note = CONCAT(note, '!') WHERE id < 3",
        'SET GLOBAL binlog_checksum = NONE',
        'DELETE FROM flow.orders WHERE id = 2',
        'FLUSH BINARY LOGS',
        'INSERT INTO flow.orders (note) SELECT note FROM flow.orders WHERE id = 1',
        'SET GLOBAL binlog_checksum = CRC32',
        'TRUNCATE flow.orders',
      );
      const known = await logs();
      const found = await read({ file: known[0]!.file, position: firstPosition });
      expect([...found.keys()]).toEqual(known.map(({ file }) => file));
      expect(known.length).toBeGreaterThanOrEqual(5);
      for (const { file } of known) expect(found.get(file)?.equals(await fileOf(file)), file).toBe(true);
    });

    it('begins at any boundary, and gives the rest', async () => {
      const [{ file } = { file: '' }] = await logs();
      const whole = await fileOf(file);
      const boundaries: number[] = [];
      for (let at = firstPosition; at < whole.length; at += whole.readUInt32LE(at + 9)) boundaries.push(at);
      expect(boundaries.length).toBeGreaterThan(6);
      for (const position of boundaries.slice(1, 6)) {
        const found = (await read({ file, position })).get(file);
        expect(found?.subarray(position).equals(whole.subarray(position)), `${position}`).toBe(true);
      }
    });

    it('waits at the end, says so, and gives what comes then', async () => {
      const [last] = (await logs()).slice(-1);
      const stop = new AbortController();
      const connection = await connectMysql(source.target);
      const from = { file: last!.file, position: last!.sizeBytes };
      const seen: number[] = [];
      let isIdle = false;
      const reading = (async () => {
        for await (const item of readBinlog(connection, options(from, { untilEnd: false, signal: stop.signal }))) {
          if (item.kind === 'event') {
            seen.push(item.header.type);
            if (item.bytes.includes('later')) stop.abort(new Error('enough'));
          } else if (item.kind === 'idle' && !isIdle) {
            expect(item).toMatchObject(from);
            isIdle = true;
            await source.run("INSERT INTO flow.orders (note) VALUES ('later')");
          }
        }
      })();
      await expect(reading).rejects.toThrow('enough');
      expect(isIdle).toBe(true);
      expect(seen).toContain(eventTypes.tableMap);
      expect(connection.isOpen).toBe(false);
    });

    it('says what is wrong with a place', async () => {
      const [first] = await logs();
      expect(await errorOf({ file: first!.file, position: 2 ** 31 })).toBe('binlog.rewritten');
      expect(await errorOf({ file: 'nosuch.000001', position: firstPosition })).toBe('binlog.purged');
      expect(await errorOf({ file: first!.file, position: firstPosition + 5 })).toBe('binlog.damaged');
    });

    it('needs the right to be a replica', async () => {
      await source.run("CREATE USER 'looker'@'%' IDENTIFIED BY 'pass word'", "GRANT SELECT ON *.* TO 'looker'@'%'");
      const [first] = await logs();
      const connection = await connectMysql(source.as('looker', 'pass word'));
      const reading = Array.fromAsync(readBinlog(connection, options({ file: first!.file, position: firstPosition })));
      await expect(reading).rejects.toMatchObject({ code: 'mysql.no-privilege' });
    });

    it('lets the server wait for a slow reader instead of keeping it all', async () => {
      await source.run(
        'CREATE TABLE flow.bulk (id INT PRIMARY KEY AUTO_INCREMENT, body LONGBLOB) ENGINE=InnoDB',
        "INSERT INTO flow.bulk (body) VALUES (REPEAT('y', 1048576))",
        ...Array.from({ length: 5 }, () => 'INSERT INTO flow.bulk (body) SELECT body FROM flow.bulk'),
        ...['a', 'b'].map((letter) => `UPDATE flow.bulk SET body = REPEAT('${letter}', 1048576)`),
      );
      const known = await logs();
      const last = known.at(-1)!;
      const connection = await connectMysql(source.target);
      let got = 0;
      let most = 0;
      for await (const item of readBinlog(connection, options({ file: last.file, position: firstPosition }))) {
        if (item.kind !== 'event') continue;
        got += item.bytes.length;
        await new Promise((resolve) => setImmediate(resolve));
        most = Math.max(most, connection.bytesReceived - got);
      }
      expect(got).toBe((await logs()).at(-1)!.sizeBytes - firstPosition);
      // The queue, what the reader has in its hands, and what the socket brought before it heard of the pause.
      expect(got).toBeGreaterThan(100 * 1024 * 1024);
      expect(most).toBeLessThan(64 * 1024 * 1024);
    });
  });
}
