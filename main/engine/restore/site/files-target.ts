/**
 * Where the files of a site are written to: a folder of this computer, or one of the server. It was made for this restore and nobody else writes to it, so
 * that no link can lead out of it: links are made last. Paths are bytes, relative to it, as `readTree` gives them.
 *
 * Errors: `files.target-failed` {path, reason}; those of the session.
 */
export interface FilesTarget {
  /** For people: where it is. */
  readonly place: string;
  makeFolder(path: Buffer): Promise<void>;
  /** Under another name until it is complete; with its permissions and its time. */
  writeFile(path: Buffer, bytes: AsyncIterable<Uint8Array>, attributes: FileAttributes): Promise<void>;
  makeLink(path: Buffer, target: Buffer): Promise<void>;
  /** When everything is in it: what is written into a folder changes its time. */
  finishFolder(path: Buffer, attributes: FileAttributes): Promise<void>;
  /** What was written, read back. */
  readBack(path: Buffer): AsyncIterable<Uint8Array>;
  /** What could not be done as it was, by kind. */
  readonly compromises: Compromises;
}

export interface FileAttributes {
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly mtime: number;
}

export interface Compromises {
  /** Names that this place cannot have, and what they became. */
  readonly renamed: { readonly from: string; readonly to: string }[];
  links: number;
  owners: number;
}

export const ownerBits = 0o6000;
