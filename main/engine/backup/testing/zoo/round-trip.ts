import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Manifest } from '../../../../../shared/model/snapshot.ts';
import { DiskBlobStore } from '../../../backend/disk/disk-blob-store.ts';
import { ChunkPool } from '../../../chunk-pool/chunk-pool.ts';
import { openVaultWithPassphrase, Repository } from '../../../repository/index.ts';
import { aKeyring, testVaultPassphrase } from '../../../repository/testing/keys.ts';
import { CopyReader } from '../../../restore/copy-reader.ts';
import { restoreIntoServer, type RestoreResult } from '../../../restore/restore-into-server.ts';
import { plainRestore, wholePlan } from '../../../restore/testing/a-restore.ts';
import type { PrivateServer } from '../../../sandbox/index.ts';
import { beginSnapshot } from '../../../source/mysql/index.ts';
import type { BackupResult } from '../../run-backup.ts';
import { never } from '../a-capture.ts';
import { backUpAndClose, plainRun } from '../a-run.ts';
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
      return backUpAndClose(snapshot, await Repository.open(store, mainKeys, never), {
        source: { ...plainRun.source, name: '动物园' },
        secretColumns,
        previous,
        readers,
      });
    },
    async restore({ manifestName }, server) {
      const pool = new ChunkPool(mainKeys);
      try {
        const vault = await openVaultWithPassphrase(header, testVaultPassphrase);
        const copies = [{ name: 'disk', open: () => Repository.open(store, mainKeys, never) }];
        const reader = new CopyReader(copies, pool, vault);
        const manifest = await reader.manifest(manifestName, never);
        return await restoreIntoServer({
          ...plainRestore,
          plan: await wholePlan(manifest, reader),
          reader,
          pool,
          target: targetOf(server),
          renames: new Map(),
          enableEvents: true,
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
