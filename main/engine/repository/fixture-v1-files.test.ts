import { hash } from 'node:crypto';
import { cp, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { isAppErrorOf } from '../../../shared/errors/app-error.ts';
import { assetPath } from '../platform/asset-path.ts';
import { runCommand } from '../platform/run-command.ts';
import { withTempDir } from '../platform/temp-dir.ts';
import { findHeader, openVaultWithWords, Repository, unlockWithWords } from './index.ts';
import type { VaultKey } from './keys/main-keys.ts';
import { fixtureFiles } from './testing/files-fixture.ts';
import { storeOfFolder } from './testing/folder-store.ts';

/**
 * A third repository of format 1: objects of kind `file`, open and sealed, compressed and not, empty, longer than a frame before they were packed. It must open for ever: do not
 * rewrite it to make this pass.
 */
const never = new AbortController().signal;
const dir = fileURLToPath(new URL('testing/fixture-v1-files/', import.meta.url));
const secrets = JSON.parse(await readFile(`${dir}secrets.json`, 'utf8')) as Record<
  'passphrase' | 'vaultPassphrase' | 'words' | 'vaultWords',
  string
>;

async function openFixture(): Promise<{ repository: Repository; vault: VaultKey }> {
  const store = await storeOfFolder(`${dir}repository`);
  const header = (await findHeader(store, never))!;
  const keys = await unlockWithWords(header, secrets.words);
  return {
    repository: await Repository.open(store, keys, never),
    vault: await openVaultWithWords(header, secrets.vaultWords),
  };
}

const digests = (payloads: readonly Uint8Array[]) => payloads.map((each) => hash('sha256', each, 'hex')).sort();

describe('the repository with files of format 1 that we keep', () => {
  it('gives back every file, those of the vault with its words only', async () => {
    const { repository, vault } = await openFixture();
    const [open, all]: Uint8Array[][] = [[], []];
    for (const id of await repository.knownIds(never)) {
      const read = (key?: VaultKey) =>
        repository.getObject(id, { expectedKind: 'file', signal: never, ...(key === undefined ? {} : { vault: key }) });
      all!.push((await read(vault)).payload);
      await read().then(
        ({ payload }) => open!.push(payload),
        (error: unknown) => expect(isAppErrorOf(error, 'keys.vault-closed')).toBe(true),
      );
    }
    expect(digests(open!)).toEqual(digests(fixtureFiles.main));
    expect(digests(all!)).toEqual(digests([...fixtureFiles.main, ...fixtureFiles.vault]));
  });

  it('is read by today’s recover.mjs to the last bit, with the vault closed too', async () => {
    await withTempDir('fixture', async (temp) => {
      const copy = join(temp, 'repository');
      await cp(`${dir}repository`, copy, { recursive: true });
      const env = { A_KEY: secrets.passphrase, B_KEY: secrets.vaultPassphrase };
      const args = [assetPath('recover/recover.mjs'), '--repository', copy, '--check', 'all', '--lang', 'en'];
      const check = (...keys: string[]) =>
        runCommand(process.execPath, [...args, '--passphrase-env', 'A_KEY', ...keys], { env });
      const withVault = ['--vault-passphrase-env', 'B_KEY'];
      const count = fixtureFiles.main.length + fixtureFiles.vault.length;
      for (const keys of [[], withVault])
        expect(await check(...keys)).toMatchObject({
          exitCode: 0,
          stdout: expect.stringContaining(`Checked ${count} objects`) as string,
        });
      for (const name of await readdir(copy, { recursive: true })) {
        if (!/[0-9a-f]{64}$/.test(name)) continue;
        const bytes = await readFile(join(copy, name));
        // The end is the last frame's tag, or the outer tag.
        bytes[bytes.length - 1]! ^= 1;
        await writeFile(join(copy, name), bytes);
      }
      const { exitCode, stderr } = await check();
      expect(exitCode).toBe(3);
      expect(stderr).toContain(`${count} are damaged or missing`);
    });
  });
});
