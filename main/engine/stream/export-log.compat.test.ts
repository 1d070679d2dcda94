import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { MemoryBlobStore } from '../backend/memory/memory-blob-store.ts';
import { systemClock } from '../platform/clock.ts';
import { runCommand } from '../platform/run-command.ts';
import { Repository, unlockWithPassphrase } from '../repository/index.ts';
import { aKeyring, testPassphrase } from '../repository/testing/keys.ts';
import { firstPosition } from '../source/mysql/binlog/index.ts';
import { startCompatSource } from '../source/mysql/testing/source-server.ts';
import { exportLog } from './export-log.ts';
import { followLog } from './follow-log.ts';
import { readStream } from './read-stream.ts';
import { followingOf } from './testing/following.ts';

const never = new AbortController().signal;
const server = process.env['SHOUHU_COMPAT_MYSQL'] ?? '';
const mysqlbinlog = join(dirname(server), '..', 'bin', 'mysqlbinlog');
const canRun = server !== '' && existsSync(server) && existsSync(mysqlbinlog);
if (!canRun) console.warn('skipped: no MySQL 9.7 with its mysqlbinlog; npm run test:compat fetches them');

describe.skipIf(!canRun)('exportLog on MySQL', { timeout: 300_000 }, () => {
  it('gives files that mysqlbinlog reads: GTIDs, compressed payloads, texts of row events, XA, JSON', async () => {
    const source = await startCompatSource('mysql');
    const dir = await mkdtemp(join(tmpdir(), 'shouhu-log-'));
    try {
      const [first] = await source.admin.query('SHOW BINARY LOGS');
      await source.run(
        'CREATE DATABASE shop',
        'CREATE TABLE shop.orders (id INT PRIMARY KEY AUTO_INCREMENT, note VARCHAR(4000)) ENGINE=InnoDB',
        'SET SESSION binlog_transaction_compression = ON',
        ...Array.from({ length: 20 }, (_, n) => `INSERT INTO shop.orders (note) VALUES (REPEAT('x${n}', 500))`),
        'SET SESSION binlog_transaction_compression = OFF, SESSION binlog_rows_query_log_events = ON',
        'FLUSH BINARY LOGS',
        'UPDATE shop.orders SET note = CONCAT(note, 1)',
        "XA START 'a'",
        "INSERT INTO shop.orders (note) VALUES ('xa')",
        "XA END 'a'",
        "XA PREPARE 'a'",
        "XA COMMIT 'a'",
        'ALTER TABLE shop.orders ADD COLUMN facts JSON',
        `UPDATE shop.orders SET facts = '{"a": 1}'`,
      );
      const ring = await aKeyring();
      const store = new MemoryBlobStore({ clock: systemClock });
      await Repository.create(store, ring.header, never);
      const keys = await unlockWithPassphrase(ring.header, testPassphrase);
      const repository = await Repository.open(store, keys, never);
      const sourceId = randomUUID();
      await followLog({
        ...followingOf(source),
        repository,
        sourceId,
        freshStart: () => Promise.resolve({ file: first?.get('log_name') ?? '', position: firstPosition }),
        hasSecrets: null,
      });
      const files = await exportLog({
        repository,
        stretches: await readStream(repository, sourceId, never),
        dir: join(dir, 'out'),
        vault: undefined,
        onProgress: () => undefined,
        signal: never,
      });
      const read = await Promise.all(
        files.map(({ path }) => runCommand(mysqlbinlog, ['--no-defaults', '--verify-binlog-checksum', '-vv', path])),
      );
      expect(read.map(({ exitCode, stderr }) => [exitCode, stderr])).toEqual(files.map(() => [0, '']));
      const count = (what: RegExp) => read.map(({ stdout }) => stdout.match(what)?.length ?? 0);
      expect(count(/^### INSERT INTO/gm)).toEqual([20, 1]);
      expect(count(/^### UPDATE/gm)).toEqual([0, 41]);
    } finally {
      await source.stop();
      await rm(dir, { recursive: true, force: true });
    }
  });
});
