import { AppError, toAppError } from '../../../../shared/errors/app-error.ts';
import type { SiteFinding, SiteSummary } from '../../../../shared/model/site-files.ts';
import type { CheckResult } from '../../../../shared/model/snapshot.ts';
import type { ChunkPool } from '../../chunk-pool/chunk-pool.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Repository } from '../../repository/index.ts';
import { FileRefusal, type RemoteFiles } from '../../source/files/index.ts';
import { ChunkWriter } from './chunk-writer.ts';
import { keepFolder, type FolderFigures, type KeptFolder } from './keep-folder.ts';
import { SiteJudge, type SiteRules } from './site-rules.ts';

export interface KeepFilesRequest {
  /** Opened when it is needed, closed here. */
  readonly open: (signal: AbortSignal) => Promise<RemoteFiles>;
  /** Folders on the server, absolute. */
  readonly folders: readonly string[];
  readonly rules: SiteRules;
  readonly repository: Repository;
  readonly pool: ChunkPool;
  /** The newest snapshot that has files, and when it was taken. */
  readonly previous: { readonly site: SiteSummary; readonly atMs: number } | null;
  /** How far the server's clock is ahead of this computer's; null: unknown. */
  readonly clockAheadMs: number | null;
  readonly pace: (bytes: number, signal: AbortSignal) => Promise<void>;
  readonly clock: Clock;
  readonly onProgress: (progress: { readonly folder: string; readonly files: number; readonly bytes: number }) => void;
  readonly signal: AbortSignal;
}

export interface KeptFiles {
  /** Null: nothing could be kept. */
  readonly site: SiteSummary | null;
  readonly checks: readonly CheckResult[];
  readonly written: { readonly objects: number; readonly bytes: number };
}

const mostFindings = 200;
const mostNames = 10;

/**
 * Keeps what a site has besides its database. The database's picture is worth more than any file: whatever goes wrong here ends in the check `files-kept`,
 * which does not hold then, and never in an error. Files that cannot be read are named in `files-read`.
 *
 * Errors: the signal's reason.
 */
export async function keepFiles(request: KeepFilesRequest): Promise<KeptFiles> {
  const { repository, pool, signal } = request;
  const chunks = new ChunkWriter(repository, pool, signal);
  try {
    const files = await request.open(signal);
    try {
      return await keepFolders(request, files, chunks);
    } finally {
      files.close();
    }
  } catch (error) {
    signal.throwIfAborted();
    const { code, facts } = toAppError(error);
    return { site: null, checks: [notKept(code, facts)], written: chunks.written };
  }
}

async function keepFolders(request: KeepFilesRequest, files: RemoteFiles, chunks: ChunkWriter): Promise<KeptFiles> {
  const { repository, rules, previous, clock, signal, folders } = request;
  await repository.knownIds(signal);
  const judge = new SiteJudge(rules);
  const kept: KeptFolder[] = [];
  const missing: { readonly folder: string; readonly reason: string }[] = [];
  let [doneFiles, doneBytes] = [0, 0];
  for (const folder of folders) {
    const before = previous?.site.roots.find((root) => root.folder === folder);
    try {
      kept.push(
        await keepFolder({
          files,
          folder,
          judge,
          repository,
          chunks,
          previous: before === undefined || previous === null ? null : { root: before, atMs: previous.atMs },
          isThin: previous !== null && isThin(previous.site),
          clockAheadMs: request.clockAheadMs ?? 0,
          pace: request.pace,
          clock,
          onProgress: (bytes) => {
            doneFiles += 1;
            doneBytes += bytes;
            request.onProgress({ folder, files: doneFiles, bytes: doneBytes });
          },
          signal,
        }),
      );
    } catch (error) {
      if (!(error instanceof FileRefusal)) throw error;
      missing.push({ folder, reason: error.reason });
    }
  }
  const checks = [judgeFolders(kept, missing), ...judgeUnread(kept), ...judgeFindings(kept)];
  const { written } = chunks;
  return { site: kept.length === 0 ? null : summaryOf(kept), checks, written };
}

/** More than a third of what is stored belongs to files that are gone: time to write what is left of it together. */
function isThin({ roots, storedBytes }: SiteSummary): boolean {
  return storedBytes > 1.5 * roots.reduce((sum, { bytes }) => sum + bytes, 0) + 16 * 1024 * 1024;
}

function summaryOf(kept: readonly KeptFolder[]): SiteSummary {
  const sum = (of: (figures: FolderFigures) => number) => kept.reduce((all, { figures }) => all + of(figures), 0);
  const stored = new Map(kept.flatMap((folder) => [...folder.stored]));
  const changes = {
    added: sum(({ added }) => added),
    changed: sum(({ changed }) => changed),
    removed: sum(({ removed }) => removed),
  };
  return {
    roots: kept.map(({ root }) => root),
    storedBytes: stored.values().reduce((all, size) => all + size, 0),
    read: {
      files: sum(({ filesRead }) => filesRead),
      bytes: sum(({ bytesRead }) => bytesRead),
      reused: sum(({ filesReused }) => filesReused),
    },
    ...(kept.some(({ isCompared }) => isCompared) ? { changes } : {}),
    findings: kept.flatMap((folder): readonly SiteFinding[] => folder.findings).slice(0, mostFindings),
  };
}

function judgeFolders(
  kept: readonly KeptFolder[],
  missing: readonly { readonly folder: string; readonly reason: string }[],
): CheckResult {
  const [first] = missing;
  if (first !== undefined) return notKept('files.folder-missing', { ...first, missing: missing.length });
  const facts = {
    folders: kept.length,
    files: kept.reduce((sum, { root }) => sum + root.files, 0),
    bytes: kept.reduce((sum, { root }) => sum + root.bytes, 0),
  };
  return { id: 'files-kept', ok: true, facts };
}

function judgeUnread(kept: readonly KeptFolder[]): CheckResult[] {
  const unread = kept.reduce((sum, { figures }) => sum + figures.refused, 0);
  const changed = kept.reduce((sum, { figures }) => sum + figures.changedWhileRead, 0);
  if (unread + changed === 0) return [];
  const names = kept.flatMap(({ refusals }) => refusals).slice(0, mostNames);
  return [{ id: 'files-read', ok: true, facts: { unread, changed, files: names.join(', '), warning: true } }];
}

/** Takes no green light: it may be the owner's own work. */
function judgeFindings(kept: readonly KeptFolder[]): CheckResult[] {
  const findings = kept.flatMap((folder) => folder.findings);
  if (findings.length === 0) return [];
  const names = findings.slice(0, mostNames).map(({ path }) => path);
  return [{ id: 'files-look', ok: true, facts: { findings: findings.length, files: names.join(', '), warning: true } }];
}

function notKept(code: AppError['code'], facts: AppError['facts']): CheckResult {
  return { id: 'files-kept', ok: false, facts: { ...facts, error: code } };
}
