import { describe, expect, it } from 'vitest';
import { cliEn } from './cli.en.ts';
import { cliZh, type CliKey } from './cli.zh.ts';
import { placeholdersOf } from './error-text.ts';

const keys = Object.keys(cliZh) as CliKey[];

describe('the words of the command line', () => {
  it('are the same set in both languages', () => {
    expect(Object.keys(cliEn).sort()).toEqual([...keys].sort());
  });

  it.each(keys)('say %s in both languages, with the same facts', (key) => {
    expect(cliZh[key].trim()).not.toBe('');
    expect(cliEn[key].trim()).not.toBe('');
    expect(placeholdersOf(cliZh[key])).toEqual(placeholdersOf(cliEn[key]));
  });
});
