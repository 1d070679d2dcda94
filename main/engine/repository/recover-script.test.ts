import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { wordlist as english } from '@scure/bip39/wordlists/english.js';
import { wordlist as chinese } from '@scure/bip39/wordlists/simplified-chinese.js';
import { describe, expect, it } from 'vitest';
import { sheetQr } from '../../../shared/model/sheet-words.ts';
import { MemoryBlobStore, type MemoryBlob } from '../backend/memory/memory-blob-store.ts';
import { assetPath } from '../platform/asset-path.ts';
import { runCommand } from '../platform/run-command.ts';
import { withTempDir } from '../platform/temp-dir.ts';
import { Repository } from './index.ts';
import { dumpToFolder, shopSnapshotId, writeShop } from './testing/a-shop.ts';
import { aKeyring, testPassphrase, testVaultPassphrase } from './testing/keys.ts';

const never = new AbortController().signal;
const keyring = await aKeyring();
const blobs = new Map<string, MemoryBlob>();
const store = new MemoryBlobStore({ blobs });
await Repository.create(store, keyring.header, never);
const repository = await Repository.open(store, keyring.mainKeys, never);
const { manifest } = await writeShop(repository, never);

/** The shop's repository in a folder, with both sheets of words beside it. */
async function withDisk(use: (dir: string, run: Run) => Promise<void>): Promise<void> {
  await withTempDir('recover', async (dir) => {
    await dumpToFolder(blobs, join(dir, 'repo'));
    await writeFile(join(dir, 'words.txt'), keyring.mainWords.zh.join(''));
    await writeFile(join(dir, 'vault.txt'), keyring.vaultWords.en.map((word, at) => `${at + 1}. ${word}`).join('\n'));
    // As a user would: the program that lies in the repository, in the folder where the words are.
    const run: Run = (...args) =>
      runCommand(process.execPath, ['repo/recover.mjs', '--repository', 'repo', ...args], {
        cwd: dir,
        env: { MAIN_SECRET: testPassphrase, VAULT_SECRET: testVaultPassphrase },
      });
    await use(dir, run);
  });
}
type Run = (...args: string[]) => ReturnType<typeof runCommand>;

describe('recover.mjs', () => {
  it('lists snapshots with nothing but the words', async () => {
    await withDisk(async (_dir, run) => {
      const { exitCode, stdout } = await run('--list', '--words-file', 'words.txt');
      expect(stdout).toContain(`${shopSnapshotId}  2026-11-22T14:00:00.000Z  小店  2 tables  3 rows`);
      expect(exitCode).toBe(0);
    });
  });

  it('writes the whole shop as SQL, card secrets too when the vault is open', async () => {
    await withDisk(async (dir, run) => {
      const result = await run('--sql', 'shop.sql', '--words-file', 'words.txt', '--vault-words-file', 'vault.txt');
      expect(result).toMatchObject({ exitCode: 0, stderr: '' });
      expect(result.stdout).toContain('shop.cards\t3');
      const sql = await readFile(join(dir, 'shop.sql'));
      await expect(sql.toString('utf8')).toMatchFileSnapshot('testing/shop.sql');
      expect(sql.includes(Buffer.from('-- Complete.'))).toBe(true);
    });
  });

  it('writes everything but the card secrets while the vault is closed', async () => {
    await withDisk(async (dir, run) => {
      const result = await run(
        '--snapshot',
        shopSnapshotId.slice(0, 8),
        '--sql',
        'shop.sql',
        '--passphrase-env',
        'MAIN_SECRET',
      );
      expect(result.exitCode).toBe(0);
      const sql = await readFile(join(dir, 'shop.sql'), 'utf8');
      expect(sql).not.toContain('CARD-0001');
      expect(sql).toContain("(1,_binary '十元卡','[sealed] 1',9.90,5,1.5e-7,");
      expect(sql).toContain("(3,_binary '','[sealed] 3',-0.50,");
    });
  });

  it('opens the vault by passphrase', async () => {
    await withDisk(async (dir, run) => {
      const keys = ['--passphrase-env', 'MAIN_SECRET', '--vault-passphrase-env', 'VAULT_SECRET'];
      expect((await run('--sql', 'shop.sql', ...keys)).exitCode).toBe(0);
      expect(await readFile(join(dir, 'shop.sql'), 'utf8')).toContain("_binary 'CARD-0001'");
    });
  });

  it.each([
    ['what its QR code holds', (words: readonly string[]) => sheetQr('main', keyring.header.repository, words)],
    [
      'its text file',
      (words: readonly string[]) =>
        `恢复卡\n${words.map((word, at) => `${at + 1}. ${word}`).join('  ')}\n1. Install Shouhu\n2. Connect`,
    ],
  ])('reads a sheet from %s', async (_what, sheet) => {
    await withDisk(async (dir, run) => {
      await writeFile(join(dir, 'sheet.txt'), sheet(keyring.mainWords.en));
      expect(await run('--list', '--words-file', 'sheet.txt')).toMatchObject({ exitCode: 0, stderr: '' });
    });
  });

  it('never overwrites a file', async () => {
    await withDisk(async (dir, run) => {
      await writeFile(join(dir, 'shop.sql'), 'mine');
      expect((await run('--sql', 'shop.sql', '--words-file', 'words.txt')).exitCode).toBe(5);
      expect(await readFile(join(dir, 'shop.sql'), 'utf8')).toBe('mine');
    });
  });

  it('says what is wrong with the key or the command', async () => {
    await withDisk(async (dir, run) => {
      const vaultWords = await run('--list', '--words-file', 'vault.txt');
      expect(vaultWords).toMatchObject({ exitCode: 5, stdout: '' });
      expect(vaultWords.stderr).toMatch(/打不开这个仓库[\s\S]*does not open this repository/);
      await writeFile(join(dir, 'short.txt'), 'abandon about');
      expect((await run('--list', '--words-file', 'short.txt')).stderr).toContain('24 words expected, 2 found');
      expect((await run('--list', '--passphrase-env', 'NOT_THERE')).exitCode).toBe(2);
      expect((await run('--list')).exitCode).toBe(2);
      expect((await run('--everything')).exitCode).toBe(2);
    });
  });

  it.each([
    ['rows', async () => (await repository.chunksOfTable(manifest.tables[0]!.tableChunk, never))[0]!],
    ['sealed rows', async () => (await repository.chunksOfTable(manifest.tables[0]!.tableChunk, never))[1]!],
    ['a table record', () => Promise.resolve(manifest.tables[0]!.tableChunk)],
    ['a database record', () => Promise.resolve(manifest.databases[0]!.schemaChunk)],
  ])('finds damaged and missing %s, keeps the rest, and does not call it done', async (_what, idOf) => {
    const id = await idOf();
    await withDisk(async (dir, run) => {
      const file = join(dir, 'repo', 'chunks', id.slice(0, 2), id);
      const bytes = await readFile(file);
      const args = ['--words-file', 'words.txt', '--vault-words-file', 'vault.txt', '--sql', 'shop.sql'];
      for (const at of [0, 6, 12, 20, 33, bytes.length >> 1, bytes.length - 1]) {
        const changed = Buffer.from(bytes);
        changed[at] = (changed[at] ?? 0) ^ 0x10;
        await writeFile(file, changed);
        const { exitCode, stderr } = await run(...args);
        expect([exitCode, stderr.includes(id)], `byte ${at}`).toEqual([3, true]);
      }
      await rm(file);
      const { exitCode, stderr } = await run(...args);
      expect(exitCode).toBe(3);
      expect(stderr).toMatch(/不完整[\s\S]*not complete/);
      await expect(readFile(join(dir, 'shop.sql'))).rejects.toMatchObject({ code: 'ENOENT' });
      expect(await readFile(join(dir, 'shop.sql.partial'), 'utf8')).toContain('-- INCOMPLETE');
    });
  });

  it('refuses a manifest under another name and a header that was tampered with', async () => {
    await withDisk(async (dir, run) => {
      const [name] = await repository.listManifests(never);
      const bytes = await readFile(join(dir, 'repo', name!));
      await writeFile(join(dir, 'repo', name!.replace('20261122', '20271122')), bytes);
      expect((await run('--list', '--words-file', 'words.txt')).exitCode).toBe(3);
      const header = JSON.parse(await readFile(join(dir, 'repo/shouhu.json'), 'utf8'));
      header.vault.publicKey = Buffer.alloc(32, 9).toString('base64');
      await writeFile(join(dir, 'repo/shouhu.json'), JSON.stringify(header));
      expect((await run('--list', '--words-file', 'words.txt')).exitCode).toBe(3);
    });
  });

  it('carries the word lists of BIP39', async () => {
    const script = await readFile(assetPath('recover/recover.mjs'), 'utf8');
    const listed = (name: string) => new RegExp(`const ${name} = \`([^\`]*)\``).exec(script)?.[1] ?? '';
    expect(listed('ENGLISH').trim().split(/\s+/)).toEqual([...english]);
    expect(Array.from(listed('CHINESE').replace(/\s/g, ''))).toEqual([...chinese]);
  });
});
