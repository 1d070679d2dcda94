import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { assetPath } from '../platform/asset-path.ts';
import { runCommand } from '../platform/run-command.ts';
import { withTempDir } from '../platform/temp-dir.ts';
import {
  decodeSealedPayload,
  Feed,
  findHeader,
  openVaultWithPassphrase,
  openVaultWithWords,
  Repository,
  unlockWithPassphrase,
  unlockWithWords,
} from './index.ts';
import { shopSnapshotId } from './testing/a-shop.ts';
import { storeOfFolder } from './testing/folder-store.ts';
import { MemoryBlobStore } from '../backend/memory/memory-blob-store.ts';

/** A repository that was written by the first version. It must open for ever: do not rewrite it to make this pass. */
const never = new AbortController().signal;
const dir = fileURLToPath(new URL('testing/fixture-v1/', import.meta.url));
const store = await storeOfFolder(`${dir}repository`);
const secrets = JSON.parse(await readFile(`${dir}secrets.json`, 'utf8')) as Record<
  'passphrase' | 'vaultPassphrase' | 'words' | 'vaultWords',
  string
>;
const header = (await findHeader(store, never))!;

describe('the repository of format 1 that we keep', () => {
  it('opens by passphrase and by words', async () => {
    const keys = await unlockWithPassphrase(header, secrets.passphrase);
    expect(await unlockWithWords(header, secrets.words)).toEqual(keys);
    expect(await openVaultWithWords(header, secrets.vaultWords)).toEqual(
      await openVaultWithPassphrase(header, secrets.vaultPassphrase),
    );
  });

  it('gives back its snapshot, table by table, with the card secrets', async () => {
    const repository = await Repository.open(store, await unlockWithWords(header, secrets.words), never);
    const vault = await openVaultWithWords(header, secrets.vaultWords);
    const [name] = await repository.listManifests(never);
    const manifest = await repository.getManifest(name!, never);
    expect(manifest.id).toBe(shopSnapshotId);
    // What later versions also write is unknown here, and not taken for anything.
    expect(Object.keys(manifest.lock).sort()).toEqual(['heldMs', 'method', 'waitedMs']);
    const cards = await repository.getTableRecord(manifest.tables[0]!.tableChunk, never);
    const { id, sealedId } = cards.ranges[0]!.chunks[0]!;
    const open = await repository.getObject(id, { expectedKind: 'rows', signal: never });
    expect(Buffer.from(open.payload).toString('utf8')).toContain('1\t十元卡\t9.90\t5\t1.5e-7');
    const sealed = await repository.getObject(sealedId!, { expectedKind: 'rows-sealed', vault, signal: never });
    const { text, digest } = decodeSealedPayload(sealedId!, sealed.payload);
    expect(Buffer.from(text).toString('utf8')).toBe('CARD-0001\ntab\\tin\\\\side\n');
    expect(digest).toBe('0'.repeat(32));
  });

  it('verifies object by object on its way to a new copy', async () => {
    const keys = await unlockWithPassphrase(header, secrets.passphrase);
    const target = new MemoryBlobStore();
    await Repository.create(target, header, never);
    const [from, to] = [await Repository.open(store, keys, never), await Repository.open(target, keys, never)];
    const [name] = await from.listManifests(never);
    const feed = new Feed({ from: { name: 'old', repository: from, nearness: 0 }, targets: 1, signal: never });
    expect(
      await feed.fill({ name: 'new', repository: to, nearness: 1 }, { manifests: [name!], signal: never }),
    ).toMatchObject({ objectsCopied: 7, copied: [name] });
  });

  it('is read by today’s recover.mjs', async () => {
    await withTempDir('fixture', async (temp) => {
      const args = [assetPath('recover/recover.mjs'), '--repository', `${dir}repository`, '--sql', `${temp}/shop.sql`];
      const keys = ['--passphrase-env', 'A_KEY', '--vault-passphrase-env', 'B_KEY'];
      const env = { A_KEY: secrets.passphrase, B_KEY: secrets.vaultPassphrase };
      expect(await runCommand(process.execPath, [...args, ...keys], { env })).toMatchObject({
        exitCode: 0,
        stderr: '',
      });
      const written = await readFile(`${temp}/shop.sql`, 'utf8');
      expect(written).toBe(await readFile(fileURLToPath(new URL('testing/shop.sql', import.meta.url)), 'utf8'));
    });
  });
});
