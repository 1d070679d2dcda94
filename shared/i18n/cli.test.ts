import { describe, expect, it } from 'vitest';
import { cliEn } from './cli.en.ts';
import { cliZh, type CliKey } from './cli.zh.ts';
import { placeholdersOf } from './error-text.ts';
import { errorsEn } from './errors.en.ts';
import { errorsZh } from './errors.zh.ts';

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

it('a command that is told can be pasted: names stand in quotes that a shell knows', () => {
  const errors = [errorsZh, errorsEn].flatMap((texts) =>
    Object.values(texts).flatMap(({ message, remedy }) => [message, remedy]),
  );
  const told = [...Object.values(cliZh), ...Object.values(cliEn), ...errors].filter((text) => text.includes('shouhu '));
  expect(told.length).toBeGreaterThan(20);
  expect(told.filter((text) => /shouhu [a-z -]*(?:[“‘]|(?<!--[a-z-]+ )\{\{)/.test(text))).toEqual([]);
});
