import { copyFile, mkdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { wordlist as english } from '@scure/bip39/wordlists/english.js';
import { wordlist as chinese } from '@scure/bip39/wordlists/simplified-chinese.js';
import { describe, expect, it } from 'vitest';
import { sheetQr } from '../../../shared/model/sheet-words.ts';
import { MemoryBlobStore, type MemoryBlob } from '../backend/memory/memory-blob-store.ts';
import { assetPath } from '../platform/asset-path.ts';
import { runCommand } from '../platform/run-command.ts';
import { withTempDir } from '../platform/temp-dir.ts';
import { addDeed, Repository } from './index.ts';
import { dumpToFolder, shopSnapshotId, writeShop } from './testing/a-shop.ts';
import { aKeyring, testPassphrase, testVaultPassphrase } from './testing/keys.ts';

const never = new AbortController().signal;
const keyring = await aKeyring();
const blobs = new Map<string, MemoryBlob>();
const store = new MemoryBlobStore({ blobs });
await Repository.create(store, keyring.header, never);
const repository = await Repository.open(store, keyring.mainKeys, never);
const { manifest } = await writeShop(repository, never);
// What it does not know (FORMAT.md MUST 2 and §14) lies in every one of these repositories, and it passes over it.
const entry = { snapshot: manifest.id, source: manifest.source.id, at: manifest.at, state: 'restored' } as const;
await addDeed(repository, { type: 'proven', entries: [entry] }, Date.parse(manifest.at), never);

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
      expect(sql).toContain("(1,_binary '十元卡',_binary '[sealed]1',9.90,5,'1.5e-7',");
      expect(sql).toContain("(3,_binary '',_binary '[sealed]3',-0.50,");
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

  it('finds the repository in its own folder, or in the folder `shouhu` of a disk', async () => {
    await withDisk(async (dir) => {
      const run = (script: string, ...args: string[]) =>
        runCommand(process.execPath, [script, '--list', '--words-file', 'words.txt', ...args], { cwd: dir, env: {} });
      expect((await run('repo/recover.mjs')).stdout).toContain(shopSnapshotId);
      await rename(join(dir, 'repo'), join(dir, 'shouhu'));
      expect((await run('shouhu/recover.mjs', '--repository', '.')).stdout).toContain(shopSnapshotId);
      const lost = await run('shouhu/recover.mjs', '--repository', 'words.txt', '--lang', 'en');
      expect(lost).toMatchObject({ exitCode: 1, stdout: '' });
      expect(lost.stderr).toContain('There is no shouhu.json in this folder');
    });
  });

  it('names a newer edition of itself that lies beside it, and no older one', async () => {
    await withDisk(async (dir, run) => {
      await writeFile(join(dir, 'repo', 'recover-0-00000000.mjs'), '');
      expect((await run('--list', '--words-file', 'words.txt')).stderr).toBe('');
      await writeFile(join(dir, 'repo', 'recover-999-0123abcd.mjs'), '');
      const told = await run('--list', '--words-file', 'words.txt', '--lang', 'en');
      expect(told).toMatchObject({
        exitCode: 0,
        stderr: expect.stringContaining('recover-999-0123abcd.mjs') as string,
      });
    });
  });

  it('speaks the language that was asked for, else both', async () => {
    await withDisk(async (_dir, run) => {
      const wrong = (...args: string[]) => run('--list', '--words-file', 'vault.txt', ...args);
      expect((await wrong('--lang', 'zh')).stderr).toMatch(/^[^A-Za-z]*打不开这个仓库[^A-Za-z]*$/);
      expect((await wrong('--lang', 'en')).stderr).toMatch(/^The main key does not open[\x20-\x7e\n]*$/);
      expect((await wrong()).stderr).toMatch(/打不开[\s\S]*does not open/);
      expect((await wrong('--lang', 'fr')).exitCode).toBe(2);
    });
  });

  it('takes the beginning of an id, and says when there is none or more than one', async () => {
    await withDisk(async (dir, run) => {
      const pick = (id: string) => run('--check', '--snapshot', id, '--words-file', 'words.txt', '--lang', 'en');
      expect(await pick(shopSnapshotId.slice(0, 4).toUpperCase())).toMatchObject({ exitCode: 0 });
      expect((await pick('0')).stderr).toContain('There is no snapshot 0 (there are 1');
      const [name] = await repository.listManifests(never);
      await copyFile(join(dir, 'repo', name!), join(dir, 'repo', name!.replace('2026', '2025')));
      expect((await pick(shopSnapshotId.slice(0, 4))).stderr).toContain('2 snapshots have ids that begin');
      // `latest` is the newest, whatever else lies there.
      expect((await pick('latest')).exitCode).toBe(0);
    });
  });

  it('takes for `latest` what was taken last, also after a night with the clock ahead', async () => {
    const copy = new Map([...blobs].map(([name, blob]) => [name, { ...blob }]));
    const writer = await Repository.open(new MemoryBlobStore({ blobs: copy }), keyring.mainKeys, never);
    const [ahead, after, last, mended] = ['a', 'b', 'c', 'd'].map(
      (digit) => `${digit}f1f6f2e-3f0b-4a52-9a53-0d6c1f2b7a11`,
    );
    const add = (id: string, at: string, previous: string, checks = manifest.checks) =>
      writer.putManifest({ ...manifest, id, at, previous, checks }, never);
    await add(ahead!, '2026-12-20T18:00:00.000Z', shopSnapshotId);
    await add(after!, '2026-11-23T18:00:00.000Z', ahead!);
    await add(last!, '2026-11-24T18:00:00.000Z', after!);
    await withDisk(async (dir, run) => {
      const latest = async (file: string) => {
        const ended = await run('--sql', file, '--words-file', 'words.txt', '--lang', 'en');
        expect(ended.exitCode, ended.stderr).toBe(0);
        const sql = await readFile(join(dir, file), 'utf8');
        return { id: /Shouhu snapshot ([0-9a-f-]{36})/.exec(sql)?.[1], stderr: ended.stderr };
      };
      await dumpToFolder(copy, join(dir, 'repo'));
      const chained = await latest('chained.sql');
      expect(chained.id).toBe(last);
      expect(chained.stderr).toContain('The snapshot that was taken last is 20261124T180000Z.');
      // A link was removed since, but that night's run had seen how far ahead the clock was.
      const apart = { id: 'clock-ahead', ok: true, facts: { apartMs: 28 * 24 * 3_600_000, warning: true } };
      await add(mended!, '2026-12-21T18:00:00.000Z', '0f1f6f2e-3f0b-4a52-9a53-0d6c1f2b7a11', [apart]);
      await dumpToFolder(copy, join(dir, 'repo'));
      expect((await latest('known.sql')).id).toBe(last);
    });
  });

  it('checks a snapshot, or everything, and names each object that is damaged or missing', async () => {
    await withDisk(async (dir, run) => {
      const check = (...args: string[]) => run('--check', ...args, '--words-file', 'words.txt', '--lang', 'en');
      const sound = await check();
      expect(sound).toMatchObject({ exitCode: 0, stderr: '' });
      expect(sound.stdout).toMatch(/Checked 8 objects[\s\S]*all are sound[\s\S]*not opened \(vault closed\)/);
      const [rows, sealed] = await repository.chunksOfTable(manifest.tables[0]!.tableChunk, never);
      const fileOf = (id: string) => join(dir, 'repo', 'chunks', id.slice(0, 2), id);
      // The last byte of a vault object is part of its outer tag: seen without the vault.
      const bytes = await readFile(fileOf(sealed!));
      await writeFile(fileOf(sealed!), Buffer.concat([bytes.subarray(0, -1), Buffer.from([bytes.at(-1)! ^ 1])]));
      await rm(fileOf(rows!));
      const stray = 'ab'.repeat(32);
      await mkdir(dirname(fileOf(stray)), { recursive: true });
      await copyFile(fileOf(manifest.tables[0]!.tableChunk), fileOf(stray));

      const one = await check();
      expect(one.exitCode).toBe(3);
      expect(one.stderr).toContain(`Damaged or missing: chunks/${rows!.slice(0, 2)}/${rows!} (missing)`);
      expect(one.stderr).toContain(`Damaged or missing: chunks/${sealed!.slice(0, 2)}/${sealed!} (outer tag)`);
      expect(one.stderr).toContain('2 are damaged or missing');
      const all = await check('all');
      expect(all.exitCode).toBe(3);
      expect(all.stderr).toContain(`chunks/ab/${stray}`);
      expect(all.stderr).toContain('3 are damaged or missing');
      const withVault = await check('all', '--vault-words-file', 'vault.txt');
      expect(withVault.stderr).toContain('3 are damaged or missing');
      expect((await check('everything')).exitCode).toBe(2);
    });
  });

  it('gives no server a statement that is not the CREATE of its object, and no terminal what steers it', async () => {
    const evil = new Map([...blobs].map(([name, blob]) => [name, { ...blob }]));
    const writer = await Repository.open(new MemoryBlobStore({ blobs: evil }), keyring.mainKeys, never);
    const table = await writer.getTableRecord(manifest.tables[1]!.tableChunk, never);
    const ddls = [
      'DROP DATABASE mysql',
      'CREATE TABLE `other` (`n` int)',
      'CREATE TABLE `mysql`.`we``ird` (`n` int)',
      'CREATE TABLE `we``ird` (`n` int); DROP DATABASE mysql',
      'CREATE TABLE `we``ird` (`n` int)\n\\! touch pwned\n',
      "CREATE TABLE `we``ird` (`n` int) COMMENT='never closed",
      'CREATE TABLE `we``ird` (`n` int)\ndelimiter x',
    ];
    const tables = [];
    for (const [index, ddl] of ddls.entries()) {
      const { id: tableChunk } = await writer.putTableRecord({ ...table, schema: { ...table.schema, ddl } }, never);
      tables.push({ ...manifest.tables[1]!, tableChunk, textBytes: index });
    }
    const [record] = await Promise.all([writer.getDatabaseRecord(manifest.databases[0]!.schemaChunk, never)]);
    const objects = [
      { ...record.objects[0]!, name: 'v', ddl: 'CREATE VIEW `v` AS SELECT 1; DROP TABLE cards' },
      { ...record.objects[1]!, name: 'p', ddl: 'CREATE PROCEDURE `p`() SELECT 1\nDELIMITER ;\nDROP TABLE cards' },
      { ...record.objects[1]!, name: 'q', ddl: 'GRANT ALL ON *.* TO thief' },
    ];
    const { id: schemaChunk } = await writer.putDatabaseRecord({ ...record, objects }, never);
    const id = '9f1f6f2e-3f0b-4a52-9a53-0d6c1f2b7a11';
    const source = { ...manifest.source, name: 'shop\u001b]0;owned\u0007\n\\! ls\u202e' };
    await writer.putManifest({ ...manifest, id, source, tables, databases: [{ name: 'shop', schemaChunk }] }, never);
    await withTempDir('recover', async (dir) => {
      await dumpToFolder(evil, join(dir, 'repo'));
      const run = (...args: string[]) =>
        runCommand(process.execPath, ['repo/recover.mjs', '--passphrase-env', 'MAIN', ...args], {
          cwd: dir,
          env: { MAIN: testPassphrase },
        });
      const listed = await run('--list');
      expect(listed.stdout).toContain('shop?]0;owned???! ls?');
      const result = await run('--snapshot', '9f1f', '--sql', 'shop.sql');
      expect(result.exitCode).toBe(3);
      const sql = await readFile(join(dir, 'shop.sql.partial'), 'utf8');
      for (const word of ['DROP', 'pwned', 'GRANT', 'never closed', '`other`', 'delimiter'])
        expect(sql).not.toContain(word);
      expect(sql).toContain(`-- INCOMPLETE: ${ddls.length + objects.length} damaged or missing parts.`);
    });
  });

  it('names what the backup could not read, and lets nothing that stands on it stop the client', async () => {
    const more = new Map([...blobs].map(([name, blob]) => [name, { ...blob }]));
    const writer = await Repository.open(new MemoryBlobStore({ blobs: more }), keyring.mainKeys, never);
    const record = await writer.getDatabaseRecord(manifest.databases[0]!.schemaChunk, never);
    const [view, , trigger] = record.objects;
    const objects = [
      ...record.objects,
      { ...view!, name: 'a_top', ddl: 'CREATE VIEW `a_top` AS select 1 from `shop`.`b_base`' },
      { ...view!, name: 'b_base', ddl: 'CREATE VIEW `b_base` AS select 1 from `shop`.`lost`' },
      { ...view!, name: 'c_hidden', ddl: 'CREATE VIEW `c_hidden` AS select `shop`.`secret_fn`(1)' },
      { ...trigger!, name: 'on_lost', ddl: 'CREATE TRIGGER `on_lost` BEFORE INSERT ON `lost` FOR EACH ROW SET @a = 1' },
    ];
    const { id: schemaChunk } = await writer.putDatabaseRecord({ ...record, objects }, never);
    const id = '9f1f6f2e-3f0b-4a52-9a53-0d6c1f2b7a11';
    const checks = [{ id: 'tables-readable', ok: false, facts: { tables: 'shop.lost' } }];
    const lostObjects = [{ database: 'shop', kind: 'function', name: 'secret_fn', reason: 'denied' } as const];
    await writer.putManifest(
      { ...manifest, id, checks, lostObjects, databases: [{ name: 'shop', schemaChunk }] },
      never,
    );
    await withTempDir('recover', async (dir) => {
      await dumpToFolder(more, join(dir, 'repo'));
      const args = [
        'repo/recover.mjs',
        '--passphrase-env',
        'MAIN',
        '--snapshot',
        '9f',
        '--sql',
        'shop.sql',
        '--lang',
        'en',
      ];
      const { exitCode, stderr } = await runCommand(process.execPath, args, {
        cwd: dir,
        env: { MAIN: testPassphrase },
      });
      expect(exitCode).toBe(0);
      for (const told of [
        'shop.lost: could not be read when the backup was made',
        'function shop.secret_fn: its definition could not be read',
        'trigger shop.on_lost: its table is not in the snapshot',
        'View shop.a_top stands on what',
        'View shop.b_base stands on what',
        'View shop.c_hidden stands on what',
      ])
        expect(stderr).toContain(told);
      const sql = await readFile(join(dir, 'shop.sql'), 'utf8');
      expect(sql).not.toContain('on_lost');
      // A view is tried behind the one that it stands on, and behind everything that is sound.
      const hex = (text: string) => Buffer.from(text).toString('hex');
      const places = ['CREATE TRIGGER `tr`', hex('`b_base` AS'), hex('`a_top` AS')].map((text) => sql.indexOf(text));
      expect(places.every((place) => place > 0)).toBe(true);
      expect(places).toEqual([...places].sort((a, b) => a - b));
    });
  });

  it.runIf(process.platform === 'linux')('is held up by no pipe and led astray by no link', async () => {
    await withDisk(async (dir, run) => {
      const [first] = await repository.chunksOfTable(manifest.tables[0]!.tableChunk, never);
      const file = join(dir, 'repo', 'chunks', first!.slice(0, 2), first!);
      await rename(file, join(dir, 'outside'));
      await symlink(join(dir, 'outside'), file);
      expect((await run('--check', '--words-file', 'words.txt')).stderr).toContain(first!);
      await rm(file);
      expect(await runCommand('mkfifo', [file], {})).toMatchObject({ exitCode: 0 });
      expect((await run('--check', '--words-file', 'words.txt')).exitCode).toBe(3);
    });
  });

  it('does not work itself to death over a header that nobody has proven', async () => {
    await withDisk(async (dir, run) => {
      const file = join(dir, 'repo', 'shouhu.json');
      const header = JSON.parse(await readFile(file, 'utf8')) as { slots: { kdf: object }[] };
      const list = async (content: string) => {
        await writeFile(file, content);
        return run('--list', '--passphrase-env', 'MAIN_SECRET', '--lang', 'en');
      };
      const slot = header.slots[0]!;
      const changed = (kdf: object) =>
        JSON.stringify({ ...header, slots: [{ ...slot, kdf: { ...slot.kdf, ...kdf } }] });
      const hostile = [
        changed({ n: 2 ** 30 }),
        changed({ n: 2 ** 20, r: 32, p: 16 }),
        changed({ n: 3 }),
        changed({ salt: { a: 1 } }),
        JSON.stringify({ ...header, slots: Array.from({ length: 1000 }, () => slot) }),
        JSON.stringify({ ...header, slots: null }),
        JSON.stringify({ ...header, more: '['.repeat(9) }),
        '['.repeat(200_000),
        `{"product":"shouhu","format":1,"deep":${'['.repeat(100_000)}${']'.repeat(100_000)}}`,
        JSON.stringify(header) + ' '.repeat(300_000),
        '',
        'null',
      ];
      for (const content of hostile)
        expect(await list(content), content.slice(0, 90)).toMatchObject({ exitCode: 3, stdout: '' });
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
