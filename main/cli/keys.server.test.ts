import { readFile, rm, writeFile } from 'node:fs/promises';
import { connect, createServer, type AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  bucket,
  expectFailure,
  expectNoSecretsInHome,
  expectNothingLost,
  startCliRig,
  wordsFile,
  type CliRig,
  type Ended,
  type Json,
  type World,
} from './testing/cli-rig.ts';

/** Keys and sheets as their owner meets them: real processes, real disks, a cloud that can stop answering. */
let rig: CliRig;
const fresh = { NEW: 'quiet harbour nine ladders', NEWVAULT: 'cards behind nine doors' };
const all = { env: fresh };
beforeAll(async () => {
  rig = await startCliRig();
  for (const secret of Object.values(fresh)) rig.secrets.add(secret);
  await rig.prepared();
});
afterAll(() => rig.stop());

function expectDone(ended: Ended): Json {
  expect(ended, ended.stdout).toMatchObject({ exitCode: 0, json: { ok: true } });
  return ended.json;
}

/** On a computer that has nothing: a home of its own for every try. */
let computers = 0;
function recoverOn(world: World, place: readonly string[], variable: string): Promise<Ended> {
  return world.run(['recover', '--home', `computer-${++computers}`, ...place, '--passphrase-env', variable], all);
}

describe('sheets', () => {
  it('are rehearsed from the words on them, and the checklist believes it', async () => {
    const world = await rig.prepared();
    const kit = async (which: 'main' | 'vault') =>
      expectDone(await world.run(['kit', 'rehearse', `--${which}`, '--words-file', await wordsFile(world, which)]));
    expect(await kit('main')).toMatchObject({ destination: 'main', snapshot: world.good, source: 'shop' });
    const { tables } = (await world.run(['show', world.good])).json as {
      tables: { database: string; name: string; sealed: boolean }[];
    };
    const sealed = tables.filter((table) => table.sealed).map(({ database, name }) => `${database}.${name}`);
    expect(sealed).toContain((await kit('vault'))['table']);
    const { items } = (await world.run(['checklist'])).json as { items: { id: string; state: string }[] };
    expect(items.find(({ id }) => id === 'recovery-kit')?.state).toBe('ok');

    const wrong = await wordsFile(world, 'main', (words) => {
      words.splice(8, 1, words[8] === 'zoo' ? 'abandon' : 'zoo');
    });
    const facts = expectFailure(
      await world.run(['kit', 'rehearse', '--main', '--words-file', wrong]),
      5,
      'keys.wrong-word',
    );
    expect(facts).toEqual({ position: 9 });
    await expectNoSecretsInHome(rig, world);
  });

  it('are written for another person, read back from their own file, and revoked for good', async () => {
    const world = await rig.prepared();
    const written = expectDone(await world.run(['key', 'add-sheet', '--main', '--dir', 'paper', '--for', '小李']));
    const [sheet] = written['sheets'] as { slot: { id: string; holder: string }; kitFiles: string[] }[];
    const text = sheet?.kitFiles.find((file) => file.endsWith('.txt')) ?? '';
    expect(await readFile(text, 'utf8')).toContain(world.path('second'));
    for (const file of sheet?.kitFiles ?? []) {
      // The file as it is, without a word copied out of it.
      const recovered = ['recover', '--home', `computer-${++computers}`, '--from', 'second', '--words-file', file];
      expectDone(await world.run(recovered));
    }
    const list = await world.run(['key', 'list'], { asText: true });
    expect(list.stdout).toContain('小李');

    expectDone(await world.run(['key', 'revoke', sheet?.slot.id.slice(0, 8) ?? '']));
    const refused = await world.run(['recover', '--home', 'nobody', '--from', 'second', '--words-file', text]);
    expectFailure(refused, 5, 'keys.wrong-words');
    const last = (expectDone(await world.run(['key', 'list']))['slots'] as { id: string; kind: string }[])[1];
    expectFailure(await world.run(['key', 'revoke', last?.id ?? '']), 5, 'keys.last-way-in');
    await expectNothingLost(rig, world, 'second');
  });

  it('are written anew for both keys, and the old ones still open', async () => {
    const world = await rig.prepared();
    const written = expectDone(await world.run(['kit', 'write', '--dir', 'again']));
    expect((written['sheets'] as unknown[]).length).toBe(2);
    const old = await wordsFile(world, 'main');
    expectDone(await world.run(['kit', 'rehearse', '--main', '--words-file', old]));
    expectFailure(
      await world.run(['kit', 'write', '--main', '--dir', 'kit/x/y'], { env: { MAIN: 'wrong' } }),
      5,
      'keys.wrong-passphrase',
    );
  });
});

describe('a new passphrase', () => {
  it('reaches a disk that was in a drawer the next time it is there', async () => {
    const world = await rig.prepared();
    const settings = `${world.home}/settings.json`;
    const plugged = await readFile(settings, 'utf8');
    await writeFile(settings, plugged.replace(world.path('second'), world.path('drawer')));
    const changed = expectDone(await world.run(['key', 'passphrase', '--new-passphrase-env', 'NEW'], all));
    expect(changed['copies']).toEqual([
      { destination: 'main', state: 'renewed', errorCode: null },
      { destination: 'second', state: 'owed', errorCode: 'backend.absent' },
    ]);
    await writeFile(settings, (await readFile(settings, 'utf8')).replace(world.path('drawer'), world.path('second')));
    // The variable that was named is the one that is remembered from now on.
    expectDone(await world.run(['backup', 'shop'], all));
    expect(expectDone(await world.run(['key', 'list']))['behind']).toEqual([]);
    expectFailure(await recoverOn(world, ['--from', 'second'], 'MAIN'), 5, 'keys.wrong-passphrase');
    expectDone(await recoverOn(world, ['--from', 'second'], 'NEW'));
  });

  it('of the vault opens card secrets, and the old one no longer', async () => {
    const world = await rig.prepared();
    const change = ['key', 'vault-passphrase', '--vault-passphrase-env', 'VAULT', '--new-passphrase-env', 'NEWVAULT'];
    expectDone(await world.run(change, all));
    const dump = (variable: string, file: string) =>
      world.run(['export', world.good, '--sql', file, '--open-vault', '--vault-passphrase-env', variable], all);
    expectFailure(await dump('VAULT', 'old.sql'), 5, 'keys.wrong-passphrase');
    expect(expectDone(await dump('NEWVAULT', 'new.sql'))['vault']).toBe('open');
    await rm(world.path('new.sql'));
  });

  it('killed between two copies leaves each open to the old or the new one, and is finished later', async () => {
    const world = await rig.prepared();
    const line = await openLine(new URL(rig.s3.endpoint));
    try {
      const cloud = ['--s3', 'custom', '--bucket', bucket, '--endpoint', line.endpoint, '--prefix', 'killed'];
      const secrets = ['--access-key-env', 'AK', '--secret-key-env', 'SK'];
      expectDone(await world.run(['destination', 'add', 'cloud', ...cloud, ...secrets]));
      const stuck = line.hold();
      const changing = world.start(['key', 'passphrase', '--new-passphrase-env', 'NEW'], all);
      await stuck;
      changing.child.kill('SIGKILL');
      expect((await changing.ended).exitCode).toBeNull();
      line.release();

      for (const disk of ['main', 'second']) {
        expectDone(await recoverOn(world, ['--from', disk], 'NEW'));
        expectFailure(await recoverOn(world, ['--from', disk], 'MAIN'), 5, 'keys.wrong-passphrase');
      }
      expectDone(await recoverOn(world, [...cloud, ...secrets], 'MAIN'));
      expectFailure(await recoverOn(world, [...cloud, ...secrets], 'NEW'), 5, 'keys.wrong-passphrase');
      expect(expectDone(await world.run(['key', 'list']))['behind']).toEqual([
        { destination: 'cloud', reason: 'owed' },
      ]);

      const tested = ['destination', 'test', 'cloud', '--passphrase-env', 'NEW'];
      expectDone(await world.run(tested, all));
      expect(expectDone(await world.run(['key', 'list']))['behind']).toEqual([]);
      expectDone(await recoverOn(world, [...cloud, ...secrets], 'NEW'));
      expectFailure(await recoverOn(world, [...cloud, ...secrets], 'MAIN'), 5, 'keys.wrong-passphrase');
    } finally {
      await line.close();
    }
  });
});

interface Line {
  readonly endpoint: string;
  /** From now on connections are taken and not answered; resolves when somebody waits on one. */
  hold(): Promise<void>;
  release(): void;
  close(): Promise<void>;
}

/** A wire to the cloud that can be made to swallow everything: a real one does so, but not at the moment when a test needs it. */
async function openLine(to: URL): Promise<Line> {
  let onHeld: (() => void) | null = null;
  const server = createServer((near) => {
    near.on('error', () => near.destroy());
    if (onHeld !== null) {
      near.once('data', onHeld);
      return;
    }
    const far = connect(Number(to.port), to.hostname);
    far.on('error', () => near.destroy());
    near.on('close', () => far.destroy());
    near.pipe(far).pipe(near);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    hold: () => new Promise((resolve) => (onHeld = resolve)),
    release: () => {
      onHeld = null;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
      }),
  };
}
