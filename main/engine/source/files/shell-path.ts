/** A path for a POSIX shell, between quotes. It begins with a slash, so that it is no option. */
export function quotedPath(path: Buffer): Buffer {
  return Buffer.from(`'${path.toString('latin1').replaceAll("'", "'\\''")}'`, 'latin1');
}
