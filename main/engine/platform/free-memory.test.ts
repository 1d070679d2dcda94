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
