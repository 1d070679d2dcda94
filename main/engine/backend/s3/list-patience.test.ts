import { describe, expect, it } from 'vitest';
import { ListPatience } from './list-patience.ts';

describe('a listing', () => {
  it.each<[string, (page: number) => string[], string]>([
    ['pages without names', () => [], 'list-loop'],
    ['the same page with new tokens', () => ['chunks/aa/x'], 'list-loop'],
    ['names that go back', (page) => [`chunks/${String(1_000_000 - page)}`], 'list-loop'],
  ])('does not wait for the end of endless %s', (_what, keysOf, reason) => {
    const patience = new ListPatience();
    const pages = () => {
      for (let page = 0; page < 5000; page++)
        patience.take({ keys: keysOf(page).map((key) => ({ key, sizeBytes: 1, modifiedAtMs: 0 })), next: `t${page}` });
    };
    expect(pages).toThrow(expect.objectContaining({ code: 'backend.rejected', facts: { reason } }) as Error);
  });

  it('does not fill the memory with endless names, and takes every listing that a repository can have', () => {
    const full = (page: number) =>
      Array.from({ length: 1000 }, (_, n) => ({
        key: String(page * 1000 + n).padStart(9, '0'),
        sizeBytes: 1,
        modifiedAtMs: 0,
      }));
    const patience = new ListPatience();
    for (let page = 0; page < 1000; page++) patience.take({ keys: full(page), next: 'more' });
    const names = full(1001);
    const endless = () => {
      for (;;) patience.take({ keys: names, next: 'more' });
    };
    expect(endless).toThrow(expect.objectContaining({ facts: { reason: 'list-loop' } }) as Error);
    const fresh = () => {
      const growing = new ListPatience();
      for (let page = 0; ; page++) {
        names[0] = { key: `z${String(page).padStart(9, '0')}`, sizeBytes: 1, modifiedAtMs: 0 };
        growing.take({ keys: names, next: 'more' });
      }
    };
    expect(fresh).toThrow(expect.objectContaining({ facts: { reason: 'list-endless' } }) as Error);
  });
});
