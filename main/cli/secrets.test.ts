import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { wordsIn } from './language.ts';
import { findSecret, readSecretFile, type SecretReader, type SecretSources } from './secrets.ts';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'shouhu-secrets-'));
});
afterEach(async () => {
  await rm(dir, { recursive: true });
});

describe('findSecret', () => {
  it('takes the variable that the flag names, before anything else', async () => {
    const reader = aReader({ env: { A: 'from-flag', SHOUHU_PASSPHRASE: 'from-default' } });
    expect(await find({ env: 'A', file: '/none', otherwiseEnv: ['SHOUHU_PASSPHRASE'], ask: 'once' }, reader)).toBe(
      'from-flag',
    );
  });

  it('does not fall back when the named variable is not set', async () => {
    const reader = aReader({ env: { SHOUHU_PASSPHRASE: 'x' } });
    await expect(find({ env: 'TYPO', otherwiseEnv: ['SHOUHU_PASSPHRASE'], ask: 'once' }, reader)).rejects.toMatchObject(
      {
        code: 'usage.secret-missing',
        facts: { what: 'passphrase', env: 'TYPO' },
      },
    );
  });

  it('goes through the other variables in order, skipping those that are not set', async () => {
    const reader = aReader({ env: { SHOUHU_PASSPHRASE: 'default' } });
    expect(await find({ otherwiseEnv: ['REMEMBERED', 'SHOUHU_PASSPHRASE'], ask: 'once' }, reader)).toBe('default');
  });

  it('asks a person, hidden, and twice for a new one', async () => {
    expect(await find({ ask: 'once' }, aReader({ typed: ['typed'] }))).toBe('typed');
    expect(await find({ ask: 'twice' }, aReader({ typed: ['same', 'same'] }))).toBe('same');
    await expect(find({ ask: 'twice' }, aReader({ typed: ['one', 'two'] }))).rejects.toMatchObject({
      code: 'usage.bad-argument',
    });
  });

  it('asks nobody when nobody is there', async () => {
    await expect(find({ ask: 'once' }, aReader({}))).rejects.toMatchObject({
      code: 'usage.secret-missing',
      facts: { what: 'passphrase' },
    });
    expect(await find({ ask: 'never' }, aReader({ typed: ['x'] }))).toBeUndefined();
  });

  it('takes an empty database password, never an empty passphrase', async () => {
    const reader = aReader({ env: { EMPTY: '' } });
    expect(await find({ env: 'EMPTY', ask: 'never', mayBeEmpty: true }, reader)).toBe('');
    await expect(find({ env: 'EMPTY', ask: 'never' }, reader)).rejects.toMatchObject({ code: 'usage.secret-missing' });
  });
});

describe('readSecretFile', () => {
  it('takes off the newline that an editor added, and no more', async () => {
    expect(await readSecretFile(await aFile('pass word \r\n'))).toBe('pass word ');
    expect(await readSecretFile(await aFile('two\n\n'))).toBe('two\n');
  });

  it.runIf(process.platform !== 'win32')('refuses a file that others can read', async () => {
    for (const mode of [0o644, 0o640, 0o604]) {
      await expect(readSecretFile(await aFile('x', mode))).rejects.toMatchObject({ code: 'usage.secret-file-mode' });
    }
  });

  it('says which file cannot be read', async () => {
    await expect(readSecretFile(join(dir, 'none'))).rejects.toMatchObject({
      code: 'usage.bad-argument',
      facts: { argument: join(dir, 'none'), reason: 'unreadable-file' },
    });
    await chmod(dir, 0o700);
    await expect(readSecretFile(dir)).rejects.toMatchObject({ code: 'usage.bad-argument' });
  });
});

function find(sources: SecretSources, reader: SecretReader): Promise<string | undefined> {
  return findSecret('passphrase', sources, reader, wordsIn('en'));
}

function aReader({ env = {}, typed }: { env?: Record<string, string>; typed?: string[] }): SecretReader {
  const answers = [...(typed ?? [])];
  return {
    env,
    cwd: dir,
    isInputTty: typed !== undefined,
    ask: (_question, { hidden }) => Promise.resolve(hidden ? (answers.shift() ?? '') : 'was shown'),
  };
}

async function aFile(content: string, mode = 0o600): Promise<string> {
  const path = join(dir, 'secret');
  await writeFile(path, content);
  await chmod(path, mode);
  return path;
}
