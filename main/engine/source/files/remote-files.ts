import type { InodeMarks } from './inode-marks.ts';

/**
 * A server's files as a backup needs them, whichever way they come. Paths are bytes, absolute, without a trailing slash.
 *
 * Errors: `FileRefusal` for one file or folder; anything else ends the reading as a whole.
 */
export interface RemoteFiles {
  readonly way: 'sftp' | 'shell';
  /** What is in a folder, unsorted, links as links. Null: more than `most`. */
  list(folder: Buffer, most: number): Promise<readonly RemoteEntry[] | null>;
  /** Follows links: for a folder that the owner named. */
  look(path: Buffer): Promise<RemoteState>;
  /** Does not follow links. */
  lookAtLink(path: Buffer): Promise<RemoteState>;
  readLink(path: Buffer): Promise<Buffer>;
  /** The file's bytes up to `size`, and what it was when the last of them had been read. */
  read(path: Buffer, size: number): AsyncGenerator<Buffer, RemoteState, undefined>;
  /** Of all files below a folder, what size and time do not show; null: nobody can say. Never from after a later `read`. */
  inodeMarks(folder: Buffer): Promise<InodeMarks | null>;
  close(): void;
}

export const remoteKinds = ['file', 'folder', 'link', 'socket', 'fifo', 'device', 'unknown'] as const;
export type RemoteKind = (typeof remoteKinds)[number];

export interface RemoteState {
  readonly kind: RemoteKind;
  /** Permission bits with set-id and sticky. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly size: number;
  /** Whole seconds since the Unix epoch. */
  readonly modifiedAtSeconds: number;
}

export interface RemoteEntry extends RemoteState {
  readonly name: Buffer;
}

/** Why one file or folder could not be had. Stable words: they are stored and shown. */
export const refusalReasons = [
  'denied',
  'gone',
  'failed',
  'bad-name',
  'too-many',
  'too-deep',
  'too-large',
  'special',
] as const;
export type RefusalReason = (typeof refusalReasons)[number];

export class FileRefusal extends Error {
  override readonly name = 'FileRefusal';
  readonly reason: RefusalReason;

  constructor(reason: RefusalReason) {
    super(reason);
    this.reason = reason;
  }
}

const kinds = new Map<number, RemoteKind>([
  [0o010, 'fifo'],
  [0o020, 'device'],
  [0o040, 'folder'],
  [0o060, 'device'],
  [0o100, 'file'],
  [0o120, 'link'],
  [0o140, 'socket'],
]);

export function kindOfMode(mode: number): RemoteKind {
  return kinds.get((mode >> 9) & 0o170) ?? 'unknown';
}

export function isSameState(a: RemoteState, b: RemoteState): boolean {
  return a.kind === b.kind && a.size === b.size && a.modifiedAtSeconds === b.modifiedAtSeconds;
}
