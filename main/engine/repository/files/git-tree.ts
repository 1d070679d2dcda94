import { gitObject, type GitObject } from './git-pack.ts';

/** Trees and commits as git writes them. Names are bytes: libraries at hand take them for UTF-8. */
export interface GitEntry {
  readonly mode: '100644' | '100755' | '120000' | '40000';
  readonly name: Buffer;
  readonly oid: string;
}

export interface GitCommit {
  readonly tree: string;
  readonly parent: string | null;
}

export function treeObject(entries: readonly GitEntry[]): GitObject {
  const ordered = entries
    .map((entry) => ({ entry, key: entry.mode === '40000' ? Buffer.concat([entry.name, slash]) : entry.name }))
    .sort((a, b) => Buffer.compare(a.key, b.key));
  const parts = ordered.flatMap(({ entry: { mode, name, oid } }) => [
    Buffer.from(`${mode} `),
    name,
    zero,
    Buffer.from(oid, 'hex'),
  ]);
  return gitObject('tree', Buffer.concat(parts));
}

/** Null: this is no tree of ours. */
export function entriesOfTree(content: Buffer): GitEntry[] | null {
  const entries: GitEntry[] = [];
  for (let at = 0; at < content.length;) {
    const space = content.indexOf(0x20, at);
    const end = content.indexOf(0, space);
    if (space < 0 || end < 0 || end + 21 > content.length) return null;
    const mode = content.toString('latin1', at, space);
    if (!isMode(mode)) return null;
    entries.push({ mode, name: content.subarray(space + 1, end), oid: content.toString('hex', end + 1, end + 21) });
    at = end + 21;
  }
  return entries;
}

/** `atSeconds`: since 1970. Nothing in it comes from a clock or a computer: the same content is the same commit. */
export function commitObject(
  { tree, parent }: GitCommit,
  { atSeconds, message }: { readonly atSeconds: number; readonly message: string },
): GitObject {
  const who = `Shouhu <shouhu@localhost> ${atSeconds} +0000`;
  const lines = [
    `tree ${tree}`,
    ...(parent === null ? [] : [`parent ${parent}`]),
    `author ${who}`,
    `committer ${who}`,
    '',
    message,
  ];
  return gitObject('commit', Buffer.from(lines.join('\n')));
}

/** Null: this is no commit of ours. */
export function commitOf(content: Buffer): GitCommit | null {
  const match = /^tree ([0-9a-f]{40})\n(?:parent ([0-9a-f]{40})\n)?author /.exec(content.toString('latin1', 0, 200));
  return match?.[1] === undefined ? null : { tree: match[1], parent: match[2] ?? null };
}

function isMode(text: string): text is GitEntry['mode'] {
  return text === '100644' || text === '100755' || text === '120000' || text === '40000';
}

const slash = Buffer.from('/');
const zero = Buffer.from([0]);

/**
 * Whether git takes this name of a file or folder on every system. It refuses `.git` in all the ways in which Windows and macOS take another name for it, and what its own
 * programs would read as orders.
 */
export function isGitName(name: Buffer, isLink: boolean): boolean {
  const text = name
    .toString('utf8')
    .replace(/[\u200c-\u200f\u202a-\u202e\u206a-\u206f\ufeff]/g, '')
    .toLowerCase();
  if (text === '' || text === '.' || text === '..' || /[\0/]/.test(text)) return false;
  // A backslash parts names on Windows, and a colon begins what lies beside a file.
  return text.split('\\').every((part) => {
    const plain = part.split(':')[0]?.replace(/[ .]+$/, '') ?? '';
    if (plain === '.git' || /^git~\d+$/.test(plain)) return false;
    if (plain === '.gitmodules' || /^(?:gitmod~\d|gi7eba)/.test(plain)) return false;
    return (
      !isLink ||
      !/^\.(?:gitattributes|gitignore|mailmap)$|^(?:gitatt|gitign|mailma|gi[0-9a-f]{4}|ma[0-9a-f]{4})~\d/.test(plain)
    );
  });
}
