import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { MemoryBlobStore, type MemoryBlob } from '../../backend/memory/memory-blob-store.ts';
import { encodeObject, isReaderName, Repository } from '../index.ts';
import { dumpToFolder } from './a-shop.ts';
import { fixtureFiles } from './files-fixture.ts';
import { aKeyring, testPassphrase, testVaultPassphrase } from './keys.ts';

/**
 * Wrote `fixture-v1-files/` once, with `node main/engine/repository/testing/write-fixture-files.ts`: the kind that the other two have not. Never
 * run it again for format 1: the committed bytes are what every later version must still read.
 */
const never = new AbortController().signal;
const dir = fileURLToPath(new URL('fixture-v1-files/', import.meta.url));
const keyring = await aKeyring();
const blobs = new Map<string, MemoryBlob>();
const store = new MemoryBlobStore({ blobs });
await Repository.create(store, keyring.header, never);
const repository = await Repository.open(store, keyring.mainKeys, never);
for (const slot of ['main', 'vault'] as const)
  for (const payload of fixtureFiles[slot])
    await repository.putObject(encodeObject(repository.keys, { kind: 'file', slot, payload }), never);

// The reader is the product's current one, not part of the fixture.
for (const name of [...blobs.keys()])
  if (name === 'recover.mjs' || name === 'README.txt' || isReaderName(name)) blobs.delete(name);
await mkdir(dir, { recursive: true });
await dumpToFolder(blobs, join(dir, 'repository'));
const secrets = {
  passphrase: testPassphrase,
  vaultPassphrase: testVaultPassphrase,
  words: keyring.mainWords.zh.join(' '),
  vaultWords: keyring.vaultWords.en.join(' '),
};
await writeFile(join(dir, 'secrets.json'), `${JSON.stringify(secrets, null, 2)}\n`);
