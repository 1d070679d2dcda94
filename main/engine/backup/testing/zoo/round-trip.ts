import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Manifest } from '../../../../../shared/model/snapshot.ts';
import { DiskBlobStore } from '../../../backend/disk/disk-blob-store.ts';
import { ChunkPool } from '../../../chunk-pool/chunk-pool.ts';
import { systemClock } from '../../../platform/clock.ts';
import { openVaultWithPassphrase, Repository } from '../../../repository/index.ts';
import { aKeyring, testVaultPassphrase } from '../../../repository/testing/keys.ts';
import { CopyReader } from '../../../restore/copy-reader.ts';
import { planRestore } from '../../../restore/plan-restore.ts';
import { restoreIntoServer, type RestoreResult } from '../../../restore/restore-into-server.ts';
import type { PrivateServer } from '../../../sandbox/index.ts';
import { beginSnapshot } from '../../../source/mysql/index.ts';
import { runBackup, type BackupResult } from '../../run-backup.ts';
import { never } from '../a-capture.ts';
import { targetOf } from './zoo-server.ts';

export interface BackupOptions {
  /** Undefined: every database of the server. */
  readonly databases?: readonly string[];
  readonly secretColumns?: readonly string[];
  readonly previous?: Manifest | null;
}

/** A repository on a real disk, with the engine's own way in and out. */
export interface RoundTrip {
  backUp(server: PrivateServer, options?: BackupOptions): Promise<BackupResult>;
  restore(from: BackupResult, server: PrivateServer): Promise<RestoreResult>;
  close(): Promise<void>;
}

const readers = 2;

export async function openRoundTrip(): Promise<RoundTrip> {
  const root = await mkdtemp(join(tmpdir(), 'shouhu-zoo-'));
  const { header, mainKeys } = await aKeyring();
  const store = await DiskBlobStore.open({ root: join(root, 'copy'), createRoot: true });
  await Repository.create(store, header, never);
  return {
    async backUp(server, { databases, secretColumns = [], previous = null } = {}) {
      const snapshot = await beginSnapshot(targetOf(server), {
        ...(databases === undefined ? {} : { databases }),
        readers,
        lockWaitMs: 60_000,
        isSecret: (database, table, column) =>
          secretColumns.includes(`${database}.${table}.${column}`) || secretColumns.includes(`${table}.${column}`),
        signal: never,
      });
      try {
        return await runBackup({
          snapshot,
          repository: await Repository.open(store, mainKeys, never),
          source: { id: '0b7f2c58-5a57-4a39-8a3f-1c0f5f3d2e10', name: '动物园', preset: null },
          ledgers: [],
          secretColumns,
          previous,
          readers,
          maxBytesPerSecond: null,
          producer: 'test',
          clock: systemClock,
          onProgress: () => undefined,
          signal: never,
        });
      } finally {
        await snapshot.close();
      }
    },
    async restore({ manifestName }, server) {
      const pool = new ChunkPool(mainKeys);
      try {
        const vault = await openVaultWithPassphrase(header, testVaultPassphrase);
        const copies = [{ name: 'disk', open: () => Repository.open(store, mainKeys, never) }];
        const reader = new CopyReader(copies, pool, vault);
        const manifest = await reader.manifest(manifestName, never);
        return await restoreIntoServer({
          plan: await planRestore(manifest, { databases: [], tables: [] }, reader, never),
          reader,
          pool,
          target: targetOf(server),
          sessions: 2,
          renames: new Map(),
          enableEvents: true,
          withoutBinlog: false,
          onProgress: () => undefined,
          signal: never,
        });
      } finally {
        await pool.close();
      }
    },
    async close() {
      await store.close();
      await rm(root, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
    },
  };
}
