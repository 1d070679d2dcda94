import { transferableSymbol, valueSymbol } from 'piscina';
import { describe, expect, it } from 'vitest';
import { handOver } from './transferable.ts';

interface Handed {
  readonly [transferableSymbol]: readonly ArrayBuffer[];
  readonly [valueSymbol]: Record<string, unknown>;
}

describe('handOver', () => {
  const hand = (value: object) => handOver(value) as unknown as Handed;

  it('hands whole buffers over as they are', () => {
    const bytes = new Uint8Array([1, 2, 3]);
    const handed = hand({ bytes, rows: 3, sealed: null });
    expect(handed[transferableSymbol]).toEqual([bytes.buffer]);
    expect(handed[valueSymbol]['bytes']).toBe(bytes);
    expect(handed[valueSymbol]).toMatchObject({ rows: 3, sealed: null });
  });

  it('copies a part of a larger buffer: the rest belongs to somebody else', () => {
    const whole = new Uint8Array([1, 2, 3, 4]);
    const handed = hand({ text: whole.subarray(1, 3) });
    expect(handed[valueSymbol]['text']).toEqual(new Uint8Array([2, 3]));
    expect(handed[transferableSymbol]).not.toContain(whole.buffer);
  });

  it('reaches the bytes of an object inside', () => {
    const bytes = new Uint8Array([5]);
    const handed = hand({ open: { id: 'a', bytes } });
    expect(handed[transferableSymbol]).toEqual([bytes.buffer]);
    expect(handed[valueSymbol]['open']).toMatchObject({ id: 'a', bytes });
  });

  it('never hands over the pool that small Node buffers share', () => {
    const small = Buffer.from('card');
    expect(hand({ small })[transferableSymbol]).not.toContain(small.buffer);
  });
});
