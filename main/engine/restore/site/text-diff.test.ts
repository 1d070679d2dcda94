import { describe, expect, it } from 'vitest';
import { textDiff } from './text-diff.ts';
import { textOfFile } from './text-of-file.ts';

describe('text of a file', () => {
  it('is UTF-8, GBK or UTF-16, or none', () => {
    expect(textOfFile(Buffer.from('<?php // 商品'))).toEqual({ encoding: 'utf-8', text: '<?php // 商品' });
    // 商品 in GBK.
    expect(textOfFile(Buffer.from('2f2f20c9ccc6b7', 'hex'))).toEqual({ encoding: 'gbk', text: '// 商品' });
    expect(textOfFile(Buffer.from('\ufeff商', 'utf16le'))).toEqual({ encoding: 'utf-16', text: '\ufeff商' });
    expect(textOfFile(Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]))).toBeNull();
    expect(textOfFile(Buffer.from([0x61, 0xff, 0xff, 0x62]))).toBeNull();
    expect(textOfFile(Buffer.alloc(0))).toEqual({ encoding: 'utf-8', text: '' });
  });
});

describe('a diff of two texts', () => {
  it('is unified, with what stands around', () => {
    const { hunks, isCut } = textDiff('a\nb\nc\nd\ne\n', 'a\nb\nX\nd\ne\n', 100);
    expect(hunks).toEqual([
      { oldStart: 1, oldLines: 5, newStart: 1, newLines: 5, lines: [' a', ' b', '-c', '+X', ' d', ' e'] },
    ]);
    expect(isCut).toBe(false);
  });

  it('shows what cannot be seen, and steers no terminal', () => {
    const { hunks } = textDiff('', '<?php\u001b[2J \u202eevil\n\ufeff\n', 100);
    expect(hunks[0]?.lines).toEqual(['+<?php\\u{1b}[2J \\u{202e}evil', '+\\u{feff}']);
  });

  it('says where line ends changed, and is quiet where they did not', () => {
    expect(textDiff('a\r\nb\r\n', 'a\r\nc\r\n', 100).hunks[0]?.lines).toEqual([' a', '-b', '+c']);
    expect(textDiff('a\n', 'a\r\n', 100).hunks[0]?.lines).toEqual(['-a', '+a␍']);
  });

  it('is bounded in lines, in the length of a line, and in what it costs', () => {
    const long = textDiff('', 'x\n'.repeat(500), 100);
    expect(long.hunks.flatMap(({ lines }) => lines)).toHaveLength(100);
    expect(long.isCut).toBe(true);
    const wide = textDiff('', `${'y'.repeat(5000)}\n`, 100);
    expect(wide.hunks[0]?.lines[0]?.length).toBe(1001);
    expect(wide.isCut).toBe(true);
    const lines = (seed: number) => Array.from({ length: 20_000 }, (_, n) => `${(n * seed) % 20_011}`).join('\n');
    const apart = textDiff(lines(3), lines(7), 100_000);
    expect(apart.hunks).toHaveLength(1);
    expect(apart.hunks[0]?.lines).toHaveLength(40_000);
  });
});
