import { lstat, mkdtemp, readdir, readFile, readlink, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SiteSummary } from '../../../../../shared/model/site-files.ts';
import { MemoryBlobStore, type MemoryBlob } from '../../../backend/memory/memory-blob-store.ts';
import { ChunkPool } from '../../../chunk-pool/chunk-pool.ts';
import { addSnapshot, openTimeline } from '../../../repository/testing/a-timeline.ts';
import { aKeyring, TestClock } from '../../../repository/testing/keys.ts';
import type { Repository } from '../../../repository/index.ts';
import type { RemoteFiles } from '../../../source/files/index.ts';
import { openSftpServer } from '../../../source/files/testing/sftp-rig.ts';
import { keepFiles, type KeptFiles } from '../keep-files.ts';
import { noSiteRules, type SiteRules } from '../site-rules.ts';

const never = new AbortController().signal;
const dayMs = 24 * 3_600_000;

/** A site's folder on this machine, OpenSSH's file server in front of it, and a repository in memory that its files are kept in, night by night. */
export async function startSiteRig() {
  const dir = await mkdtemp(join(tmpdir(), 'shouhu-site-'));
  const site = join(dir, 'site');
  const clock = new TestClock();
  const keyring = await aKeyring();
  const blobs = new Map<string, MemoryBlob>();
  const open = (from = blobs) => openTimeline(new MemoryBlobStore({ blobs: from, clock }), keyring, never);
  const repository = await open();
  const pool = new ChunkPool(keyring.mainKeys, 1);
  let previous: { readonly site: SiteSummary; readonly atMs: number } | null = null;
  const keep = async (
    options: {
      readonly rules?: Partial<SiteRules>;
      readonly folders?: readonly string[];
      readonly files?: (files: RemoteFiles) => RemoteFiles;
      readonly asNobody?: boolean;
      readonly hasShell?: boolean;
      readonly repository?: Repository;
      /** How far the clock goes before; default a minute, so that nothing is due to be read again. */
      readonly laterMs?: number;
      readonly signal?: AbortSignal;
    } = {},
  ): Promise<KeptFiles> => {
    clock.advance(options.laterMs ?? 60_000);
    const { signal = never } = options;
    const kept = await keepFiles({
      open: async () => {
        const files = await openSftpServer(signal, {
          asNobody: options.asNobody ?? false,
          hasShell: options.hasShell ?? false,
        });
        return options.files?.(files) ?? files;
      },
      folders: options.folders ?? [site],
      rules: { ...noSiteRules, ...options.rules },
      repository: options.repository ?? repository,
      pool,
      previous,
      clockAheadMs: null,
      pace: () => Promise.resolve(),
      clock,
      onProgress: () => undefined,
      signal,
    });
    if (kept.site !== null) previous = { site: kept.site, atMs: clock.nowMs() };
    return kept;
  };
  return {
    dir,
    site,
    clock,
    keyring,
    blobs,
    open,
    repository,
    pool,
    keep,
    dayMs,
    /** What the next night compares with; null: nothing. */
    forget: () => {
      previous = null;
    },
    /** Gives the manifest's name. */
    publish: (summary: SiteSummary, into = repository) =>
      addSnapshot(into, { at: new Date(clock.nowMs()).toISOString(), tables: [], fields: { site: summary } }, never),
    stop: async () => {
      await pool.close();
      await rm(dir, { recursive: true, force: true });
    },
  };
}

/** What lies in a folder: path (latin1) → permissions, time and content, or where a link points. */
export async function testimonyOf(folder: string): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  const look = async (path: Buffer): Promise<void> => {
    for (const name of await readdir(Buffer.concat([Buffer.from(`${folder}/`), path]), { encoding: 'buffer' })) {
      const own = path.length === 0 ? name : Buffer.concat([path, Buffer.from('/'), name]);
      const at = Buffer.concat([Buffer.from(`${folder}/`), own]);
      const state = await lstat(at);
      const key = own.toString('latin1');
      const rights = `${(state.mode & 0o7777).toString(8)} ${Math.floor(state.mtimeMs / 1000)}`;
      if (state.isSymbolicLink())
        found[key] = `link ${(await readlink(at, { encoding: 'buffer' })).toString('latin1')}`;
      else if (state.isDirectory()) {
        found[key] = `folder ${rights}`;
        await look(own);
      } else if (state.isFile()) found[key] = `file ${rights} ${(await readFile(at)).toString('base64')}`;
    }
  };
  await look(Buffer.alloc(0));
  return found;
}
