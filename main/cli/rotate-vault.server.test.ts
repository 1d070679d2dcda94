import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { DiskBlobStore } from '../engine/backend/disk/disk-blob-store.ts';
import { runCommand } from '../engine/platform/run-command.ts';
import {
  openVaultWithPassphrase,
  parseHeader,
  Repository,
  unlockWithPassphrase,
  type VaultKey,
} from '../engine/repository/index.ts';
import {
  expectFailure,
  expectNoSecretsInHome,
  query,
  secretEnv,
  shopDatabase,
  startCliRig,
  type CliRig,
  type Ended,
  type Json,
  type World,
} from './testing/cli-rig.ts';

/** The vault's new keys as their owner meets them: a real shop, real backups, and somebody who kept the old private key. */
let rig: CliRig;
const fresh = { NEWVAULT: 'cards behind nine doors' };
const never = new AbortController().signal;
const secrets = { passphrase: secretEnv.MAIN, old: secretEnv.VAULT };
beforeAll(async () => {
  rig = await startCliRig();
  rig.secrets.add(fresh.NEWVAULT);
});
afterAll(() => rig.stop());

function expectDone(ended: Ended): Json {
  expect(ended, `${ended.stdout}${ended.stderr}`).toMatchObject({ exitCode: 0, json: { ok: true } });
  return ended.json;
}

const headerAt = async (world: World, name: string) =>
  parseHeader(await readFile(join(world.path(name), 'shouhu.json')));

/** The cards of a snapshot that this vault opens, and how many sealed objects it has. */
async function cardsBy(world: World, name: string, snapshot: string, vault: VaultKey): Promise<[string, number]> {
  const keys = await unlockWithPassphrase(await headerAt(world, name), secrets.passphrase);
  const repository = await Repository.open(await DiskBlobStore.open({ root: world.path(name) }), keys, never);
  const manifest = (await repository.listManifests(never)).find((each) => each.endsWith(snapshot)) ?? '';
  const { tables } = await repository.getManifest(manifest, never);
  let text = '';
  let objects = 0;
  for (const { tableChunk, sealed } of tables) {
    if (!sealed) continue;
    for (const { chunks } of (await repository.getTableRecord(tableChunk, never)).ranges)
      for (const { sealedId } of chunks) {
        if (sealedId === null) continue;
        objects += 1;
        text += await repository.getObject(sealedId, { expectedKind: 'rows-sealed', vault, signal: never }).then(
          ({ payload }) => Buffer.from(payload).toString('latin1'),
          () => '',
        );
      }
  }
  await repository.store.close();
  return [text, objects];
}

it('seals every card anew, so that the old key reads no later snapshot and the new kit reads all of them', async () => {
  const world = await rig.prepared();
  const taken = await openVaultWithPassphrase(await headerAt(world, 'second'), secrets.old);
  const told = expectDone(await world.run(['key', 'rotate-vault', '--dry-run']));
  expect(told['sheets']).toMatchObject([{ canStay: true }]);
  const rotate = [
    'key',
    'rotate-vault',
    '--dir',
    'paper',
    '--new-passphrase-env',
    'NEWVAULT',
    '--reason',
    'lost sheet',
  ];
  const rotated = expectDone(await world.run(rotate, { env: fresh }));
  expect(rotated['sealedBytes']).toBe(told['sealedBytes']);
  expect(rotated['copies']).toMatchObject([{ state: 'renewed' }, { state: 'renewed' }]);
  // Nothing of the shop has changed, and not a row is kept by its old seal.
  const { snapshot } = expectDone(await world.run(['backup', 'shop'])) as { snapshot: { id: string } };
  const vault = await openVaultWithPassphrase(await headerAt(world, 'second'), fresh.NEWVAULT);
  const [card] = await query(rig.server, `SELECT carmi FROM ${shopDatabase}.carmis ORDER BY id DESC LIMIT 1`);
  for (const name of ['main', 'second']) {
    const [before, objects] = await cardsBy(world, name, world.good, taken);
    expect(before).toContain(String(card?.['carmi']));
    expect(await cardsBy(world, name, snapshot.id, taken)).toEqual(['', objects]);
    for (const id of [world.good, snapshot.id])
      expect((await cardsBy(world, name, id, vault))[0]).toContain(String(card?.['carmi']));
  }
  // So much as was said is written anew, and no more the next time.
  const third = expectDone(await world.run(['backup', 'shop'])) as {
    objectsWritten?: number;
    snapshot: { id: string };
  };
  expect((await cardsBy(world, 'main', third.snapshot.id, taken))[0]).toBe('');

  // Without Shouhu, with the new paper alone.
  const paper = join(world.dir, 'paper');
  const sheet = (await readdir(paper)).find((file) => file.endsWith('.txt')) ?? '';
  for (const [at, id] of [world.good, snapshot.id].entries()) {
    const sql = join(world.dir, `recovered-${at}.sql`);
    const program = (await readdir(world.path('second'))).find((file) => /^recover.*\.mjs$/.test(file)) ?? '';
    const args = ['--sql', sql, '--snapshot', id, '--passphrase-env', 'MAIN', '--vault-words-file', join(paper, sheet)];
    const recovered = await runCommand(process.execPath, [join(world.path('second'), program), ...args], {
      env: { MAIN: secrets.passphrase },
    });
    expect(recovered, recovered.stderr).toMatchObject({ exitCode: 0 });
    expect(await readFile(sql, 'utf8')).toContain(String(card?.['carmi']));
  }

  // A restore with the new passphrase proves old and new ones; the old passphrase opens nothing.
  for (const id of [world.good, snapshot.id]) {
    const args = ['restore', 'shop', '--snapshot', id, '--into', 'sandbox', '--open-vault'];
    expectDone(await world.run([...args, '--vault-passphrase-env', 'NEWVAULT'], { env: fresh }));
  }
  const old = ['export', 'shop', '--open-vault', '--vault-passphrase-env', 'VAULT', '--out', 'x.sql'];
  expect((await world.run(old)).exitCode).not.toBe(0);
  const { items } = (await world.run(['checklist'])).json as { items: { id: string; todo: string | null }[] };
  expect(items.find(({ id }) => id === 'card-vault')).toMatchObject({ state: 'warn', todo: 'rehearse-vault-kit' });
  await expectNoSecretsInHome(rig, world);
}, 240_000);

it('is refused without a folder for the paper, with the old passphrase again, and for a sheet that is not there', async () => {
  const world = await rig.prepared();
  const env = { env: { SAME: secretEnv.VAULT, ...fresh } };
  expect((await world.run(['key', 'rotate-vault'])).exitCode).toBe(2);
  const same = ['key', 'rotate-vault', '--dir', 'paper', '--new-passphrase-env', 'SAME'];
  expect(expectFailure(await world.run(same, env), 2, 'keys.weak-passphrase')).toMatchObject({
    reason: 'same-as-before',
  });
  const unknown = ['key', 'rotate-vault', '--dir', 'paper', '--new-passphrase-env', 'NEWVAULT', '--keep', 'ffffffff'];
  expectFailure(await world.run(unknown, env), 2, 'keys.unknown-slot');
  // What a program of before meets in a repository with new keys: it must not write, nor call it damage.
  const header = JSON.parse(await readFile(join(world.path('main'), 'shouhu.json'), 'utf8')) as Json;
  await writeFile(
    join(world.path('main'), 'shouhu.json'),
    JSON.stringify({ ...header, format: 3, mac: 'a'.repeat(64) }),
  );
  expectFailure(await world.run(['verify', 'main']), 1, 'repository.newer-format');
});
