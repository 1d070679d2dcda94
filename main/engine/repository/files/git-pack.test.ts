import { describe, expect, it } from 'vitest';
import { commitObject, commitOf, entriesOfTree, isGitName, treeObject } from './git-tree.ts';
import { gitObject, readPack, writePack } from './git-pack.ts';

const id = 'a'.repeat(64);

describe('a pack of git objects', () => {
  it('comes back as it was, with the names that git gives', () => {
    const blob = gitObject('blob', Buffer.from('hello\n'));
    expect(blob.oid).toBe('ce013625030ba8dba906f756967f9e9ca394464a');
    const gbk = Buffer.from('c9ccc6b7', 'hex');
    const tree = treeObject([
      { mode: '100644', name: Buffer.from('a.php'), oid: blob.oid },
      { mode: '40000', name: Buffer.from('a'), oid: treeObject([]).oid },
      { mode: '120000', name: gbk, oid: blob.oid },
    ]);
    // As a folder `a` stands behind `a.php`: git compares it as `a/`.
    expect(entriesOfTree(tree.content)?.map(({ name }) => name.toString('latin1'))).toEqual([
      'a.php',
      'a',
      gbk.toString('latin1'),
    ]);
    const commit = commitObject({ tree: tree.oid, parent: blob.oid }, { atSeconds: 1_700_000_000, message: 'm\n' });
    expect(commitOf(commit.content)).toEqual({ tree: tree.oid, parent: blob.oid });
    const objects = [
      commit,
      tree,
      blob,
      gitObject('blob', Buffer.alloc(0)),
      gitObject('blob', Buffer.alloc(300_000, 7)),
    ];
    expect([...readPack(id, writePack(objects))]).toEqual(objects);
    expect(writePack(objects)).toEqual(writePack(objects));
  });

  it('is refused where anything in it is not what it says', () => {
    const good = writePack([gitObject('blob', Buffer.from('hello\n')), gitObject('blob', Buffer.from('x'))]);
    const refused = { code: 'repository.damaged' };
    for (let at = 0; at < good.length; at++) {
      const bad = Buffer.from(good);
      bad[at] = (bad[at] ?? 0) ^ 1;
      expect(() => [...readPack(id, bad)]).toThrow(expect.objectContaining(refused) as Error);
    }
    for (const length of [0, 11, 31, good.length - 1])
      expect(() => [...readPack(id, good.subarray(0, length))]).toThrow(expect.objectContaining(refused) as Error);
  });

  it.each([
    '.git',
    '.GIT',
    '.git ',
    '.git.',
    'git~1',
    '.g\u200cit',
    '.git::$INDEX_ALLOCATION',
    'x\\.git',
    '..',
    '.',
    '',
    '.gitmodules',
  ])('never holds the name %j', (name) => {
    expect(isGitName(Buffer.from(name), false)).toBe(false);
  });

  it('holds every other name', () => {
    for (const name of ['.gitignore', '.github', 'git', 'a\nb', '商品', '...', '.env'])
      expect(isGitName(Buffer.from(name), false)).toBe(true);
    expect(isGitName(Buffer.from('.gitignore'), true)).toBe(false);
  });
});
