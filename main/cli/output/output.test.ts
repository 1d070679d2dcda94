import { describe, expect, it } from 'vitest';
import { AppError } from '../../../shared/errors/app-error.ts';
import { wordsIn } from '../language.ts';
import { durationText } from './figures.ts';
import { errorDocument, printFailure, printFinished } from './report.ts';
import { displayWidth, textTable } from './text-table.ts';

describe('textTable', () => {
  it('lines columns up by what a terminal shows, not by characters', () => {
    const lines = textTable(
      [{ title: '名字' }, { title: '行数', align: 'right' }],
      [
        ['小店', '12'],
        ['a', '3'],
      ],
    );
    expect(lines).toEqual(['名字  行数', '────  ────', '小店    12', 'a        3']);
  });

  it('knows wide and narrow characters', () => {
    expect(['a', '中', '，', 'é', 'e\u0301', '😀', '─'].map(displayWidth)).toEqual([1, 2, 2, 1, 1, 2, 1]);
  });
});

describe('names that came from elsewhere', () => {
  const name = 'shop\u001b]0;owned\u0007\u202etxt.gpj\n✓ all is well';
  const shown = 'shop<U+001B>]0;owned<U+0007><U+202E>txt.gpj↵✓ all is well';

  it('are shown to a person as what they are, one line each, and kept as they are in JSON', () => {
    const error = new AppError('source.unknown', { name, known: '' });
    const finished = { json: { name }, lines: [`- ${name}`], finding: { error } };
    const { out, err } = printFinished(finished, false, wordsIn('en'));
    expect(out).toBe(`- ${shown}\n`);
    expect(err).toContain(shown);
    const document = JSON.parse(printFinished(finished, true, wordsIn('en')).out) as Record<string, unknown>;
    expect(document).toMatchObject({ name, error: { facts: { name } } });
  });

  it('leave the steps of a remedy on lines of their own', () => {
    const facts = { because: 'lock-console-only', provider: 'aliyun-oss' };
    const { err } = printFailure(new AppError('backend.rejected', facts), false, wordsIn('zh'));
    expect(err).toMatch(/\n1\. .+\n2\. /);
  });

  it('take the room in a table that they are shown with', () => {
    const lines = textTable([{ title: 'name' }, { title: 'rows' }], [['a\u001b[2J\n', '1']]);
    expect(lines).toEqual(['name           rows', '─────────────  ────', 'a<U+001B>[2J↵  1']);
  });
});

describe('durationText', () => {
  it('counts minutes when seconds are too many', () => {
    expect(durationText(3210, wordsIn('zh'))).toBe('3.2 秒');
    expect(durationText(125_000, wordsIn('en'))).toBe('2 min 5 s');
  });
});

describe('errorDocument', () => {
  it('keeps facts as ids and says them as words', () => {
    const { message, facts } = errorDocument(
      new AppError('usage.secret-missing', { what: 'mysql:小店' }),
      wordsIn('zh'),
    );
    expect(message).toContain('数据源“小店”的数据库密码');
    expect(facts).toEqual({ what: 'mysql:小店' });
  });

  it('adds why an argument or a passphrase does not do', () => {
    expect(
      errorDocument(new AppError('keys.weak-passphrase', { reason: 'short', minimum: 12 }), wordsIn('en')).message,
    ).toContain('At least 12');
    expect(
      errorDocument(new AppError('usage.bad-argument', { argument: 'to', value: 'x' }), wordsIn('en')).message,
    ).toContain('“to”');
  });
});
