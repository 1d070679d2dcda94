import { link, lstat, mkdir, open, opendir, rename, stat, unlink } from 'node:fs/promises';

/** The calls the disk store makes, so that tests can hand in a disk that is full, gone or in use. */
export interface DiskFiles {
  readonly link: typeof link;
  readonly lstat: typeof lstat;
  readonly mkdir: typeof mkdir;
  readonly open: typeof open;
  readonly opendir: typeof opendir;
  readonly rename: typeof rename;
  readonly stat: typeof stat;
  readonly unlink: typeof unlink;
}

export const realDiskFiles: DiskFiles = { link, lstat, mkdir, open, opendir, rename, stat, unlink };
