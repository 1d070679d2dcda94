import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { MemoryBlobStore, type MemoryBlob } from '../../backend/memory/memory-blob-store.ts';
import { ScriptedSnapshot } from '../../backup/testing/scripted-snapshot.ts';
import { aScriptedTable } from '../../backup/testing/a-capture.ts';
import { backUpAndClose } from '../../backup/testing/a-run.ts';
import { encodeObject, Repository } from '../index.ts';
import { dumpToFolder } from './a-shop.ts';
import { capturedAccounts, capturedStream } from './captured-fixture.ts';
import { aKeyring, TestClock, testPassphrase, testVaultPassphrase } from './keys.ts';

/**
 * Wrote `fixture-v1-captured/` once, with `node main/engine/repository/testing/write-fixture-captured.ts`: what `fixture-v1/` has not, as the
 * capture path writes it. Never run it again for format 1: the committed bytes are what every later version must still read.
 */
const never = new AbortController().signal;
const dir = fileURLToPath(new URL('fixture-v1-captured/', import.meta.url));
const keyring = await aKeyring();
const clock = new TestClock();
const blobs = new Map<string, MemoryBlob>();
const store = new MemoryBlobStore({ blobs, clock });
await Repository.create(store, keyring.header, never);
const repository = await Repository.open(store, keyring.mainKeys, never);

const { id: chunk } = await repository.putAccountsRecord(capturedAccounts, never);
const columns = '`id` bigint NOT NULL, `price` decimal(10,2), `secret` varchar(50) NOT NULL, PRIMARY KEY (`id`)';
const table = (name: string, rows: number) =>
  aScriptedTable(rows, { name, ddl: `CREATE TABLE \`${name}\` (${columns})` });
const tables = [table('goods', 70), table('cards', 6)];
const first = await backUpAndClose(new ScriptedSnapshot(tables), repository, { clock });
const later = new ScriptedSnapshot([...tables, table('orders', 3)]);
later.at = '2026-11-23T14:00:00.000Z';
const second = await backUpAndClose(later, repository, { clock, previous: first.manifest });
await repository.putManifest(
  {
    ...second.manifest,
    id: '7a2f6f2e-3f0b-4a52-9a53-0d6c1f2b7a12',
    at: '2026-11-24T14:00:00.000Z',
    previous: second.manifest.id,
    accounts: { chunk, users: ["'shop'@'%'"], roles: [] },
  },
  never,
);
const { sourceId, sequence, id, text } = capturedStream;
for (const slot of ['main', 'vault'] as const) {
  const object = encodeObject(repository.keys, { kind: 'binlog', slot, payload: Buffer.from(`${text} ${slot}`) });
  await repository.putObject(object, never);
  const payload = Buffer.from(JSON.stringify({ chunks: [object.id] }));
  const number = slot === 'main' ? sequence : sequence + 1;
  await repository.putStreamRecord({ sourceId, sequence: number, id, payload }, never);
}
// Left behind by a writer that died.
await repository.acquireLease({ kind: 'exclusive', holder: 'a prune that died', host: 'pc', clock, signal: never });

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
