import { afterAll, beforeAll, expect, it } from 'vitest';
import { startSource, type SourceServer } from '../testing/source-server.ts';
import { isText } from './well-formed.ts';

/** The server's own judgement of sequences that a file may hold. */
let source: SourceServer;
beforeAll(async () => {
  source = await startSource();
  await source.run('CREATE DATABASE zoo');
});
afterAll(() => source.stop());

const charsets = [
  'latin1',
  'utf8mb3',
  'utf8mb4',
  'gbk',
  'gb2312',
  'big5',
  'euckr',
  'sjis',
  'cp932',
  'ujis',
  'eucjpms',
  'ucs2',
  'utf16',
  'utf16le',
  'utf32',
];

/** All pairs of octets; and pairs between others that begin and end characters of three and four. */
const shapes: readonly (readonly [string, string])[] = [
  ['', ''],
  ['E4', ''],
  ['8F', ''],
  ['F0', '80'],
  ['F4', '80'],
  ['00', '00'],
  ['D8', 'DC'],
];

it.each(charsets)('says the same of %s', async (charset) => {
  for (const [before, behind] of shapes) {
    const value = `UNHEX(CONCAT('${before}', LPAD(HEX(seq), 4, '0'), '${behind}'))`;
    const rows = await source.admin.query(
      `SELECT seq FROM zoo.seq_0_to_65535 WHERE CAST(CONVERT(${value} USING ${charset}) AS BINARY) <=> ${value}`,
    );
    const theirs = new Set(rows.map((row) => Number(row.get('seq'))));
    const different = Array.from({ length: 65_536 }, (_, seq) => seq).filter((seq) => {
      const octets = Buffer.from(`${before}${seq.toString(16).padStart(4, '0')}${behind}`, 'hex');
      return isText(charset, octets) !== theirs.has(seq);
    });
    expect(different.map((seq) => before + seq.toString(16).padStart(4, '0') + behind).slice(0, 20)).toEqual([]);
  }
});
