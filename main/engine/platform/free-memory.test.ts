import { expect, it } from 'vitest';
import { free } from './free-memory.ts';

it('gives large memory back at once', () => {
  const bytes = new Uint8Array(256 * 1024);
  free(bytes);
  expect(bytes.byteLength).toBe(0);
});

it('leaves small memory alone, because others may share it', () => {
  const bytes = Buffer.from('from the pool');
  free(bytes);
  expect(bytes.toString()).toBe('from the pool');
});

it('gives memory of its own back from a smaller size on, and never what others may share', () => {
  const alone = Buffer.alloc(20_000);
  free(alone);
  expect(alone.byteLength).toBe(0);
  const shared = Buffer.alloc(64 * 1024, 'x');
  free(shared.subarray(0, 20_000));
  expect(shared.toString('latin1', 0, 3)).toBe('xxx');
});
