import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { MemoryBlobStore, type MemoryBlob } from '../../backend/memory/memory-blob-store.ts';
import { Repository } from '../index.ts';
import { dumpToFolder, writeShop } from './a-shop.ts';
import { aKeyring, testPassphrase, testVaultPassphrase } from './keys.ts';

/**
 * Wrote `fixture-v1/` once, with `node main/engine/repository/testing/write-fixture.ts`. Never run it again for format 1: the
 * committed bytes are what every later version must still read.
 */
const never = new AbortController().signal;
const dir = fileURLToPath(new URL('fixture-v1/', import.meta.url));
const keyring = await aKeyring();
const blobs = new Map<string, MemoryBlob>();
const store = new MemoryBlobStore({ blobs });
await Repository.create(store, keyring.header, never);
await writeShop(await Repository.open(store, keyring.mainKeys, never), never);
// The reader is the product's current one, not part of the fixture.
for (const name of ['recover.mjs', 'README.txt']) blobs.delete(name);
await mkdir(dir, { recursive: true });
await dumpToFolder(blobs, join(dir, 'repository'));
const secrets = {
  passphrase: testPassphrase,
  vaultPassphrase: testVaultPassphrase,
  words: keyring.mainWords.zh.join(' '),
  vaultWords: keyring.vaultWords.en.join(' '),
};
await writeFile(join(dir, 'secrets.json'), `${JSON.stringify(secrets, null, 2)}\n`);
