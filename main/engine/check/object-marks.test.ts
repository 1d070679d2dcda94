import { describe, expect, it } from 'vitest';
import { aManifest } from '../repository/testing/a-shop.ts';
import type { RecordReference } from '../repository/index.ts';
import { objectMark, ObjectMarks } from './object-marks.ts';

const id = (number: number) => number.toString(16).padStart(64, '0');
const table = (number: number) => ({
  database: 'shop',
  name: `t${number}`,
  rows: 1,
  textBytes: 1,
  ranges: 1,
  transactional: true,
  sealed: false,
  tableChunk: id(number),
});

describe('marks of objects', () => {
  it('belong to one object each, however many there are', () => {
    const marks = new ObjectMarks();
    for (let number = 0; number < 5000; number++) marks.mark(id(number), objectMark.listed);
    for (let number = 0; number < 5000; number += 3) marks.mark(id(number), objectMark.sound);
    expect(marks.size).toBe(5000);
    for (let number = 0; number < 5000; number++) {
      expect(marks.idAt(number)).toBe(id(number));
      expect(marks.has(number, objectMark.listed)).toBe(true);
      expect(marks.has(number, objectMark.sound)).toBe(number % 3 === 0);
      expect(marks.has(number, objectMark.broken)).toBe(false);
    }
  });

  it('say what a snapshot needs: database and table records and their chunks, a record read once for all', async () => {
    const marks = new ObjectMarks();
    const asked: string[] = [];
    const chunksOf = ({ id: record }: RecordReference) => {
      asked.push(record);
      return Promise.resolve([id(100), id(101), id(100)]);
    };
    const manifest = aManifest({ databases: [{ name: 'shop', schemaChunk: id(7) }], tables: [table(1), table(2)] });
    const [first, second] = await Promise.all([
      marks.needsOf(manifest, chunksOf),
      marks.needsOf({ ...manifest, tables: [table(1)] }, chunksOf),
    ]);
    const named = (needs: typeof first) => new Set(needs.flatMap((piece) => Array.from(piece, (n) => marks.idAt(n))));
    expect(asked).toEqual([id(1), id(2)]);
    expect(named(first)).toEqual(new Set([id(7), id(1), id(2), id(100), id(101)]));
    expect(named(second)).toEqual(new Set([id(7), id(1), id(100), id(101)]));

    const isSound = (number: number) => marks.has(number, objectMark.sound);
    for (const number of [7, 1, 100, 101]) marks.mark(id(number), objectMark.sound);
    expect([marks.every(first, isSound), marks.every(second, isSound)]).toEqual([false, true]);
  });
});
