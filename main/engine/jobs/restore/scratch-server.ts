import { dirname, join } from 'node:path';
import { stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import prettyBytes from 'pretty-bytes';
import { AppError, isAppErrorOf } from '../../../../shared/errors/app-error.ts';
import type { Manifest } from '../../../../shared/model/snapshot.ts';
import { makeFolder } from '../../platform/make-folder.ts';
import { installHint, startPrivateServer, sweepPrivateServers, type PrivateServer } from '../../sandbox/index.ts';
import type { MysqlTarget } from '../../source/mysql/index.ts';
import { roomAt } from '../cold/room.ts';
import type { EngineContext, Run } from '../engine-context.ts';

/** A server of our own that a moment is put together on; nobody but this restore sees it, and it goes with it. */
export interface ScratchServer {
  readonly target: MysqlTarget;
  /** `mariadb 10.11.19` */
  readonly product: string;
  /** Beside the server's data, and removed with it. */
  readonly repositoryDir: string;
}

/** What is to lie where until the work is over, in bytes. */
export interface ScratchNeeds {
  readonly scratchBytes: number;
  /** What else is written meanwhile; null: nothing on this computer. */
  readonly file: { readonly path: string; readonly bytes: number } | null;
}

/** The data folder of an empty server with its logs. */
const emptyServerBytes = 256 * 1024 * 1024;

/**
 * What a moment of so much text takes on the way: tables with their keys, what the log adds, and the packed picture of both. Little more than the least
 * that it can be: a disk that is nearly full is refused before an hour of work and not after it.
 */
export function scratchBytesFor(textBytes: number, logBytes: number): number {
  return emptyServerBytes + Math.ceil(textBytes * 2 + logBytes);
}

/**
 * Starts a server of the snapshot's own flavour in a folder of its own, without network; server and folder are gone when `use` has ended, whatever
 * happened. Errors: `restore.no-scratch` {flavour, hint}, `restore.no-room` {path, needed, free}, `sandbox.start-failed`.
 */
export async function withScratchServer<T>(
  context: EngineContext,
  { server: { flavour, variables } }: Manifest,
  needs: ScratchNeeds,
  run: Run,
  use: (scratch: ScratchServer) => Promise<T>,
  start = startPrivateServer,
): Promise<T> {
  run.report({ phase: 'scratch', detail: '', doneBytes: 0, totalBytes: null, doneItems: 0, totalItems: null });
  const baseDir = await roomyFolder(context, needs);
  const lowerCase = variables['lower_case_table_names'];
  let server: PrivateServer;
  try {
    server = await start({
      kind: flavour,
      baseDir,
      socketOnly: true,
      durability: 'none',
      signal: run.signal,
      // Names that differ only in case, or were folded on the source, must meet the same rule here.
      extraArgs: lowerCase === '0' || lowerCase === '1' ? [`--lower-case-table-names=${lowerCase}`] : [],
    });
  } catch (error) {
    if (!isAppErrorOf(error, 'sandbox.no-server')) throw error;
    const hint = installHint(flavour, process.platform);
    throw new AppError('restore.no-scratch', { flavour: productName[flavour], hint }, { cause: error });
  }
  try {
    return await use({
      target: { host: '127.0.0.1', port: server.port ?? 0, ...server.connection },
      product: `${productName[flavour]} ${server.version}`,
      repositoryDir: join(dirname(server.dataDir), 'picture'),
    });
  } finally {
    await server.stop();
  }
}

const productName = { mariadb: 'MariaDB', mysql: 'MySQL' } as const;

/** The system's place for such things; where that is too small (it may be memory), one in the home. */
async function roomyFolder({ home }: EngineContext, { scratchBytes, file }: ScratchNeeds): Promise<string> {
  const own = join(home.dir, 'scratch');
  // What a killed process left there takes the room that is looked for.
  await Promise.all([tmpdir(), own].map(sweepPrivateServers));
  let most: { readonly path: string; readonly freeBytes: number; readonly neededBytes: number } | null = null;
  for (const path of [tmpdir(), own]) {
    if (path === own) await makeFolder(own);
    const room = await roomAt(path);
    // Nobody can tell: the disk says so itself when it is full.
    if (room === null) return path;
    const { freeBytes } = room;
    const neededBytes = scratchBytes + (file !== null && (await isSameDisk(path, dirname(file.path))) ? file.bytes : 0);
    if (freeBytes >= neededBytes) {
      if (file !== null) await requireRoom(dirname(file.path), file.bytes);
      return path;
    }
    if (most === null || freeBytes > most.freeBytes) most = { path, freeBytes, neededBytes };
  }
  if (most === null) return own;
  throw noRoom(most.path, most.neededBytes, most.freeBytes);
}

async function requireRoom(path: string, neededBytes: number): Promise<void> {
  const room = await roomAt(path);
  if (room !== null && room.freeBytes < neededBytes) throw noRoom(path, neededBytes, room.freeBytes);
}

function noRoom(path: string, neededBytes: number, freeBytes: number): AppError {
  return new AppError('restore.no-room', {
    path,
    needed: prettyBytes(neededBytes),
    free: prettyBytes(freeBytes),
    neededBytes,
    freeBytes,
  });
}

async function isSameDisk(a: string, b: string): Promise<boolean> {
  const [left, right] = await Promise.all([a, b].map((path) => stat(path).catch(() => null)));
  return left?.dev === right?.dev;
}
