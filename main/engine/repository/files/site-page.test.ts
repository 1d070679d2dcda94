import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SiteEntry, SitePage } from '../../../../shared/model/site-files.ts';
import { recordBytes } from '../records.ts';
import { cutSizes, FileCutter, gearOf } from './cut-file.ts';
import { readTree } from './read-tree.ts';
import { comparePaths, parseSitePage, pathFields, pathOfEntry } from './site-page.ts';

const chunk = { id: 'a'.repeat(64), size: 10 };
const owned = { mode: 0o644, uid: 0, gid: 0, mtime: 1 };
const file = (path: string, pieces: [number, number, number][] = [[0, 0, 10]]): SiteEntry => ({
  type: 'file',
  path,
  ...owned,
  size: 10,
  sha256: '',
  pieces,
});
const folder = (path: string): SiteEntry => ({ type: 'folder', path, ...owned });
const link = (path: string): SiteEntry => ({ type: 'link', path, ...owned, target: '/etc' });
const page = (...entries: SiteEntry[]): SitePage => ({ chunks: [chunk], entries });
const parse = (value: SitePage) => parseSitePage('page', recordBytes(value));
const walk = (...pages: SitePage[]) =>
  Array.fromAsync(
    readTree(
      pages.map((_, index) => String(index)),
      (id) => Promise.resolve(pages[Number(id)]!),
    ),
  );

describe('a page of a tree', () => {
  it('is read as it was written', () => {
    const value = page(
      file('a'),
      folder('b'),
      file('b/c', [
        [0, 2, 4],
        [0, 4, 6],
      ]),
      link('d'),
    );
    expect(parse(value)).toEqual(value);
  });

  it.each([
    ['a path that leads up', file('../x')],
    ['a path through above', file('a/../../x')],
    ['an absolute path', file('/etc/passwd')],
    ['an empty name', file('a//b')],
    ['a dot', file('./a')],
    ['no path', file('')],
    ['a zero byte', file('a\0b')],
    ['half a character', file('\ud800')],
    ['a path said twice', { ...file('a'), rawPath: '/w==' }],
    ['text said as bytes', { ...folder(''), path: undefined, rawPath: Buffer.from('a').toString('base64') }],
    [
      'bytes that lead up',
      { ...folder(''), path: undefined, rawPath: Buffer.from('../\xff', 'latin1').toString('base64') },
    ],
    ['a chunk that is not there', file('a', [[1, 0, 10]])],
    ['a piece beyond its chunk', file('a', [[0, 1, 10]])],
    ['pieces that are not the whole file', file('a', [[0, 0, 9]])],
    ['a link without a target', { type: 'link', path: 'a', ...owned }],
  ] as [string, SiteEntry][])('is refused with %s', (_, entry) => {
    const { path, ...rest } = entry as SiteEntry & { path?: string };
    const bytes = Buffer.from(JSON.stringify(page(path === undefined ? (rest as SiteEntry) : entry)));
    expect(() => parseSitePage('page', bytes)).toThrow(expect.objectContaining({ code: 'repository.damaged' }));
  });

  it('is refused out of order, or with one path twice', () => {
    for (const entries of [
      [file('b'), file('a')],
      [file('a'), file('a')],
    ])
      expect(() => parse(page(...entries))).toThrow(expect.objectContaining({ code: 'repository.damaged' }));
  });
});

describe('a tree', () => {
  it('has one order over all its pages, and everything in a folder', async () => {
    const items = await walk(page(folder('a'), file('a/b')), page(file('a/c'), file('a.txt')));
    expect(items.map(({ path }) => path.toString())).toEqual(['a', 'a/b', 'a/c', 'a.txt']);
  });

  it.each([
    ['behind a link', [page(link('a')), page(file('a/b'))]],
    ['in a file', [page(file('a'), file('a/b'))]],
    ['in no folder', [page(file('a/b'))]],
    ['out of order over two pages', [page(file('b')), page(file('a'))]],
  ])('is refused with something %s', async (_, pages) => {
    await expect(walk(...pages)).rejects.toMatchObject({ code: 'repository.damaged' });
  });

  it('stands in an order in which a folder comes before what is in it, whatever the bytes', () => {
    const path = fc.array(fc.uint8Array({ minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 4 });
    const bytesOf = (names: Uint8Array[]) =>
      Buffer.concat(names.flatMap((name, index) => (index === 0 ? [name] : [Buffer.from('/'), name])));
    const clean = path.map((names) =>
      names.map((name) => name.map((byte) => (byte === 0x2f || byte === 0 ? 1 : byte))),
    );
    fc.assert(
      fc.property(clean, clean, (a, b) => {
        const byName = a.findIndex((name, index) => b[index] === undefined || Buffer.compare(name, b[index]) !== 0);
        const expected =
          byName < 0 ? a.length - b.length : b[byName] === undefined ? 1 : Buffer.compare(a[byName]!, b[byName]);
        return Math.sign(comparePaths(bytesOf(a), bytesOf(b))) === Math.sign(expected);
      }),
    );
  });

  it('says any bytes in one way', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 1 }),
        (bytes) => pathOfEntry(pathFields(bytes))?.equals(Buffer.from(bytes)) === true,
      ),
    );
  });
});

describe('cutting a large file', () => {
  const gear = gearOf({ idKey: new Uint8Array(32).fill(1) });
  const cut = (content: Buffer, step: number) => {
    const cutter = new FileCutter(gear);
    const chunks: Buffer[] = [];
    for (let at = 0; at < content.length; at += step) chunks.push(...cutter.add(content.subarray(at, at + step)));
    return [...chunks, ...cutter.end()];
  };
  const content = Buffer.alloc(24_000_000);
  for (let at = 0, state = 1; at < content.length; at += 4) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0;
    content.writeInt32LE(state ^ (state >>> 13), at);
  }

  it('gives all of it, in the same chunks however it comes', () => {
    const chunks = cut(content, 1_000_003);
    expect(Buffer.concat(chunks).equals(content)).toBe(true);
    expect(cut(content, 32_768).map(({ length }) => length)).toEqual(chunks.map(({ length }) => length));
    for (const { length } of chunks.slice(0, -1)) {
      expect(length).toBeGreaterThanOrEqual(cutSizes.least);
      expect(length).toBeLessThanOrEqual(cutSizes.most);
    }
  });

  it('keeps the chunks around an insertion', () => {
    const changed = Buffer.concat([
      content.subarray(0, 12_000_000),
      Buffer.from('inserted'),
      content.subarray(12_000_000),
    ]);
    const known = new Set(cut(content, 65_536).map((chunk) => chunk.toString('latin1')));
    const fresh = cut(changed, 65_536).filter((chunk) => !known.has(chunk.toString('latin1')));
    expect(fresh.length).toBeLessThanOrEqual(3);
  });

  it('depends on the key', () => {
    expect(gearOf({ idKey: new Uint8Array(32).fill(2) })).not.toEqual(gear);
  });
});
