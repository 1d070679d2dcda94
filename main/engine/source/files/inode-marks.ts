import { createHash } from 'node:crypto';
import { addAbortSignal } from 'node:stream';
import type { Tunnel } from '../../tunnel/index.ts';
import { quotedPath } from './shell-path.ts';

/**
 * What tells a file from another one that was put in its place with the same size and time: a digest of its inode's number and of when that inode was last
 * changed, which nobody sets back (ctime; stat(2)). By the file's path below the folder that was asked about, as bytes.
 */
export interface InodeMarks {
  of(path: Uint8Array): string | undefined;
  /** Files that are known. */
  readonly size: number;
}

/** A server that is slower, or a folder with more in it, gives the marks of what it said until then. */
const mostMs = 60_000;
const mostFiles = 1_000_000;
const mostBytes = 256 * 1024 * 1024;
const markOctets = 6;

/**
 * Asks `find` of the server's shell, on the login that the files come over, with the least of the processor's time. Null: the account has no shell, or no GNU
 * find. What it may not look into is left out, and so is what comes behind the limits: of those size and time must do. Errors: the signal's reason.
 */
export async function readInodeMarks(
  shell: Pick<Tunnel, 'openCommand'>,
  folder: Buffer,
  signal: AbortSignal,
  limits: { readonly files?: number; readonly ms?: number } = {},
): Promise<InodeMarks | null> {
  const over = AbortSignal.any([signal, AbortSignal.timeout(limits.ms ?? mostMs)]);
  const marks = new Map<string, string>();
  // The folder itself may be a link: with the slash it is entered.
  const asked = quotedPath(Buffer.concat([folder, Buffer.from('/')]));
  const command = Buffer.concat([
    Buffer.from('LC_ALL=C nice -n 19 find '),
    asked,
    Buffer.from(` -type f -printf '%i %C@\\0%P\\0' 2>/dev/null`),
  ]);
  try {
    const { output } = await shell.openCommand(command, over);
    // Leaving the loop early, or the signal, ends the channel, and with it the command.
    await collect(addAbortSignal(over, output), marks, limits.files ?? mostFiles);
  } catch {
    // No shell, a channel that was refused, time that is up: the backup does without, as on a server without a shell.
  }
  signal.throwIfAborted();
  if (marks.size === 0) return null;
  return { of: (path) => marks.get(keyOf(path)), size: marks.size };
}

async function collect(output: AsyncIterable<unknown>, marks: Map<string, string>, most: number): Promise<void> {
  let rest: Buffer = Buffer.alloc(0);
  let inode: Buffer | null = null;
  let bytes = 0;
  for await (const piece of output) {
    const read = piece as Buffer;
    bytes += read.length;
    rest = rest.length === 0 ? read : Buffer.concat([rest, read]);
    let from = 0;
    for (let end = rest.indexOf(0, from); end >= 0; end = rest.indexOf(0, from)) {
      const field = rest.subarray(from, end);
      from = end + 1;
      if (inode === null) inode = Buffer.from(field);
      else {
        if (!/^\d+ \d+(?:\.\d+)?$/.test(inode.toString('latin1'))) return;
        marks.set(keyOf(field), markOf(inode));
        inode = null;
      }
      if (marks.size >= most) return;
    }
    rest = rest.subarray(from);
    if (bytes > mostBytes || rest.length > 16 * 1024) return;
  }
}

function markOf(inode: Buffer): string {
  return createHash('sha256').update(inode).digest().subarray(0, markOctets).toString('base64');
}

/** One octet to a character: half the memory of text that is mostly ASCII, and names need not be UTF-8. */
function keyOf(path: Uint8Array): string {
  return Buffer.from(path.buffer, path.byteOffset, path.length).toString('latin1');
}
