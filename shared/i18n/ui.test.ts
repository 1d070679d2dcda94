import { describe, expect, it } from 'vitest';
import { uiEn } from './ui.en.ts';
import { uiZh } from './ui.zh.ts';
import type { UiTexts } from './ui.zh.ts';

/** Address → sentence; English plural forms count as one address. */
function flatten(texts: UiTexts, path = ''): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const [key, value] of Object.entries(texts)) {
    const address = path + key;
    if (typeof value === 'string') {
      const base = address.replace(/_(one|other)$/, '');
      found.set(base, [...(found.get(base) ?? []), value]);
    } else {
      for (const [inner, sentences] of flatten(value, `${address}.`)) found.set(inner, sentences);
    }
  }
  return found;
}

const placeholders = (sentence: string): string[] =>
  [...sentence.matchAll(/\{\{(\w+)\}\}/g)].map((match) => match[1] ?? '').sort();

describe('the sentences of the page', () => {
  const zh = flatten(uiZh);
  const en = flatten(uiEn);

  it('are the same set in Chinese and English', () => {
    expect([...en.keys()].sort()).toEqual([...zh.keys()].sort());
  });

  it('fill in the same facts in both languages', () => {
    for (const [address, [sentence]] of zh) {
      for (const english of en.get(address) ?? []) {
        expect({ address, facts: placeholders(english) }).toEqual({ address, facts: placeholders(sentence ?? '') });
      }
    }
  });

  it('are all written: none is empty, and the Chinese ones hold no English-only sentence', () => {
    for (const [address, [sentence]] of zh)
      expect({ address, empty: sentence === '' }).toEqual({ address, empty: false });
    expect(zh.get('backup.interrupted')).toEqual(['备份中断了：程序的后台进程意外停止。已写入的数据都还在，可以继续']);
  });
});
