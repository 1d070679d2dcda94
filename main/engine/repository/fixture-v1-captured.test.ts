import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { assetPath } from '../platform/asset-path.ts';
import { runCommand } from '../platform/run-command.ts';
import { withTempDir } from '../platform/temp-dir.ts';
import { decodeSealedPayload, findHeader, openVaultWithWords, Repository, unlockWithWords } from './index.ts';
import type { MainKeys, VaultKey } from './keys/main-keys.ts';
import { capturedAccounts, capturedStream } from './testing/captured-fixture.ts';
import { storeOfFolder } from './testing/folder-store.ts';
import { TestClock } from './testing/keys.ts';

/**
 * A second repository of format 1, with what the first has not: captured rows with digests and packet hashes, large and small sealed groups,
 * inherited ranges, accounts, stream records with open and sealed segments, a lease. It must open for ever: do not rewrite it to make this pass.
 */
const never = new AbortController().signal;
const dir = fileURLToPath(new URL('testing/fixture-v1-captured/', import.meta.url));

let keys: MainKeys;
let vault: VaultKey;
let repository: Repository;
beforeAll(async () => {
  const store = await storeOfFolder(`${dir}repository`);
  const secrets = JSON.parse(await readFile(`${dir}secrets.json`, 'utf8')) as { words: string; vaultWords: string };
  const header = (await findHeader(store, never))!;
  keys = await unlockWithWords(header, secrets.words);
  vault = await openVaultWithWords(header, secrets.vaultWords);
  repository = await Repository.open(store, keys, never);
});

const rowsOf = (count: number, columns: (id: number) => readonly unknown[]) =>
  Array.from({ length: count }, (_, n) => `${columns(n + 1).join('\t')}\n`).join('');

describe('the captured repository of format 1 that we keep', () => {
  it('gives back every row, open and sealed, and names each table of each snapshot', async () => {
    const rowsByTable: Record<string, number> = { goods: 70, cards: 6, orders: 3 };
    const names = await repository.listManifests(never);
    const seen: string[][] = [];
    for (const name of names) {
      const { tables } = await repository.getManifest(name, never);
      seen.push(tables.map((table) => table.name));
      for (const { name: table, tableChunk } of tables) {
        const { ranges } = await repository.getTableRecord(tableChunk, never);
        let [open, sealed] = ['', ''];
        for (const { id, sealedId } of ranges.flatMap(({ chunks }) => chunks)) {
          const rows = await repository.getObject(id, { expectedKind: 'rows', signal: never });
          open += Buffer.from(rows.payload).toString();
          const secret = await repository.getObject(sealedId!, { expectedKind: 'rows-sealed', vault, signal: never });
          sealed += Buffer.from(decodeSealedPayload(sealedId!, secret.payload).text).toString();
        }
        const count = rowsByTable[table]!;
        expect(open).toBe(rowsOf(count, (id) => [id, `${(id - 1) % 10}.50`]));
        expect(sealed).toBe(rowsOf(count, (id) => [`CARD-${id}`]));
      }
    }
    const later = ['cards', 'goods', 'orders'];
    expect(seen).toEqual([['cards', 'goods'], later, later]);
  });

  it('keeps hashes of packets and digests of large groups only, and hands ranges on', async () => {
    const [first, second] = await Promise.all(
      (await repository.listManifests(never)).map((name) => repository.getManifest(name, never)),
    );
    const recordOf = async (name: string) =>
      repository.getTableRecord(first!.tables.find((table) => table.name === name)!.tableChunk, never);
    const [goods, cards] = [await recordOf('goods'), await recordOf('cards')];
    expect(
      goods.ranges.every(({ packetHash, sealedDigest }) => packetHash !== undefined && sealedDigest !== null),
    ).toBe(true);
    expect(
      cards.ranges.every(({ packetHash, sealedDigest }) => packetHash === undefined && sealedDigest === null),
    ).toBe(true);
    expect(second).toMatchObject({ previous: first!.id, read: { rangesReused: 1 } });
  });

  it('gives back accounts, and stream records in order with their segments', async () => {
    const names = await repository.listManifests(never);
    const { accounts } = await repository.getManifest(names.at(-1)!, never);
    expect(await repository.getAccountsRecord(accounts!.chunk, never)).toEqual(capturedAccounts);
    const records = await repository.listStreamRecords(capturedStream.sourceId, never);
    const texts: string[] = [];
    for (const name of records) {
      const payload = Buffer.from(await repository.getStreamRecord(name, never)).toString();
      const { chunks } = JSON.parse(payload) as { chunks: string[] };
      for (const id of chunks) {
        const segment = await repository.getObject(id, { expectedKind: 'binlog', vault, signal: never });
        texts.push(Buffer.from(segment.payload).toString());
      }
    }
    expect(texts).toEqual([`${capturedStream.text} main`, `${capturedStream.text} vault`]);
  });

  it('knows whose lease it is while it holds, and not after', async () => {
    const clock = new TestClock();
    const take = () => repository.acquireLease({ kind: 'writer', holder: 'backup', host: 'pc', clock, signal: never });
    await expect(take()).rejects.toMatchObject({ code: 'repository.leased', facts: { holder: 'a prune that died' } });
    clock.advance(11 * 60_000);
    await (await take()).release(never);
  });

  it('is read by today’s recover.mjs, the older snapshots too', async () => {
    await withTempDir('fixture', async (temp) => {
      const secrets = JSON.parse(await readFile(`${dir}secrets.json`, 'utf8')) as Record<string, string>;
      const args = [assetPath('recover/recover.mjs'), '--repository', `${dir}repository`, '--sql', `${temp}/shop.sql`];
      const unlock = ['--passphrase-env', 'A_KEY', '--vault-passphrase-env', 'B_KEY'];
      const env = { A_KEY: secrets['passphrase']!, B_KEY: secrets['vaultPassphrase']! };
      const id = '7a2f6f2e-3f0b-4a52-9a53-0d6c1f2b7a12';
      const ended = await runCommand(process.execPath, [...args, ...unlock, '--snapshot', id], { env });
      expect(ended).toMatchObject({ exitCode: 0 });
      expect(await readFile(`${temp}/shop.sql`, 'utf8')).toContain('CARD-70');
    });
  });
});
