import { describe, expect, it, vi } from 'vitest';
import type { Language, PageSourceInput } from '../../../shared/ipc/contract.ts';
import { engineVerbs, type VerbName } from '../../../shared/ipc/engine-verbs.ts';
import { ChosenPaths } from './chosen-paths.ts';
import { createHandlers, type Surroundings } from './handlers.ts';
import { WrittenKits } from './written-kits.ts';

const jobId = '0f8fad5b-d9cb-469f-a165-70867728950e';
const strangeToken = '7c9e6679-7425-40de-944b-e07fc1f90ae7';
const home = { initialised: true, unlocked: true, repositoryId: 'r', sources: 0, destinations: 0, version: '0.1.0' };
const kitFile = '/usb/shouhu-recovery-kit-main-1a2b3c4d.html';

const sheetFile = '/usb/shouhu-recovery-kit-vault-1a2b3c4d-7c1d22e0.html';

const replies: Partial<Record<VerbName, unknown>> = {
  'home.status': home,
  doctor: { findings: [{ id: 'database-server', ok: true, needed: false, facts: {} }] },
  'key.addSheet': { kitFiles: [sheetFile] },
  'home.init': { repositoryId: 'r', kitFiles: [kitFile], words: { main: ['abandon'], vault: ['zoo'] } },
};

function aDesk(change: Partial<Surroundings> = {}) {
  const call = vi.fn<(verb: VerbName, input: unknown, jobId?: string | null) => Promise<unknown>>((verb) =>
    Promise.resolve(replies[verb] ?? {}),
  );
  let language: Language = 'zh';
  const openFile = vi.fn(() => Promise.resolve());
  const openLink = vi.fn(() => Promise.resolve());
  const handlers = createHandlers({
    engine: {
      state: { state: 'running', interruptedJobs: 0 },
      call: call as unknown as Surroundings['engine']['call'],
    },
    version: '0.1.0',
    language: { get: () => language, set: (next) => Promise.resolve(void (language = next)) },
    chosen: new ChosenPaths(),
    kits: new WrittenKits(),
    readKey: (path) => Promise.resolve(`PEM of ${path}`),
    dialogs: {
      folder: (purpose) => Promise.resolve(purpose === 'kit' ? '/usb' : '/backups'),
      sshKey: () => Promise.resolve('/home/me/.ssh/id'),
      sqlFile: () => Promise.resolve(null),
    },
    openFile,
    openLink,
    ...change,
  });
  const calls = (verb: VerbName) => call.mock.calls.filter(([name]) => name === verb);
  return { handlers, call, calls, openFile, openLink };
}

const aSource = (keyToken: string): PageSourceInput => ({
  name: 'shop',
  mysql: { host: '127.0.0.1', port: 3306, user: 'root', password: 'p' },
  ssh: {
    host: 'shop.test',
    port: 22,
    user: 'root',
    auth: { kind: 'key', keyToken, keyPassphrase: null },
    fingerprint: null,
    trustFirst: true,
  },
  databases: [],
  preset: 'auto',
  secretColumns: [],
  ledgers: [],
  files: [],
});

describe('tokens', () => {
  it('become the key that a person chose, which only the engine gets to see', async () => {
    const { handlers, calls } = aDesk();
    const choice = await handlers['app.chooseSshKey']({});
    expect(choice).toEqual({ token: expect.any(String) as string, label: '/home/me/.ssh/id' });
    const answer = await handlers['source.add'](aSource(choice!.token));
    const [, input] = calls('source.add')[0]!;
    expect(input).toMatchObject({ ssh: { auth: { kind: 'key', privateKeyPem: 'PEM of /home/me/.ssh/id' } } });
    expect(engineVerbs['source.add'].input.safeParse(input).success).toBe(true);
    expect(JSON.stringify(answer)).not.toContain('PEM');
  });

  it('become the folder of a new sheet, whose page can then be opened for printing', async () => {
    const { handlers, calls, openFile } = aDesk();
    const choice = await handlers['app.chooseFolder']({ purpose: 'kit' });
    const current = { passphrase: 'p' };
    await handlers['key.addSheet']({ key: 'vault', current, holder: null, folderToken: choice!.token, jobId });
    expect(calls('key.addSheet')).toEqual([
      ['key.addSheet', { key: 'vault', current, holder: null, dir: '/usb', language: 'zh' }, jobId],
    ]);
    await handlers['app.openKit']({ kit: 'vault' });
    expect(openFile).toHaveBeenCalledWith(sheetFile);
  });

  it('become the folder of a destination', async () => {
    const { handlers, calls } = aDesk();
    const choice = await handlers['app.chooseFolder']({ purpose: 'main' });
    const common = { name: 'usb', place: null, kind: 'disk', role: 'main' } as const;
    await handlers['destination.add']({ ...common, folderToken: choice!.token });
    expect(calls('destination.add')[0]?.[1]).toEqual({ ...common, path: '/backups' });
  });

  it('become the folder that files come back to; on the server they come beside', async () => {
    const { handlers, calls } = aDesk();
    const choice = await handlers['app.chooseFolder']({ purpose: 'files' });
    const wanted = { source: 'shop', snapshot: 'latest', path: null, from: null };
    await handlers['files.restore']({ ...wanted, to: { kind: 'folder', folderToken: choice!.token }, jobId });
    await handlers['files.restore']({ ...wanted, to: { kind: 'server' }, jobId });
    expect(calls('files.restore').map(([, input]) => (input as { to: unknown }).to)).toEqual([
      { kind: 'folder', path: '/backups' },
      { kind: 'server', folder: null },
    ]);
  });

  it('become the folder that the history is written to', async () => {
    const { handlers, calls } = aDesk();
    const choice = await handlers['app.chooseFolder']({ purpose: 'files' });
    const wanted = { source: 'shop', snapshot: 'latest', from: null };
    await handlers['files.export-git']({ ...wanted, folderToken: choice!.token, jobId });
    expect(calls('files.export-git')).toEqual([['files.export-git', { ...wanted, path: '/backups' }, jobId]]);
  });

  it('that nobody gave reach no engine', async () => {
    const { handlers, call } = aDesk();
    const badInput = { code: 'ipc.bad-input' };
    await expect(handlers['source.try'](aSource(strangeToken))).rejects.toMatchObject(badInput);
    await expect(
      handlers['recover.run']({
        from: { kind: 'disk', folderToken: strangeToken },
        secret: { kind: 'words', words: 'x' },
        jobId,
      }),
    ).rejects.toMatchObject(badInput);
    expect(call).not.toHaveBeenCalled();
  });

  it('are null when the person chose nothing', async () => {
    expect(await aDesk().handlers['app.chooseSqlFile']({})).toBeNull();
  });
});

it('never lets the page see a password in a file', async () => {
  const { handlers, calls } = aDesk();
  await handlers['files.text']({ source: 'shop', from: null, to: 'latest', path: '.env', limit: 1 });
  expect(calls('files.text')[0]?.[1]).toMatchObject({ showSecrets: false });
});

it('names the job of a long command beside its input, not in it', async () => {
  const { handlers, call } = aDesk();
  await handlers['backup.run']({ source: 'shop', to: [], maxBytesPerSecond: null, jobId });
  expect(call).toHaveBeenCalledExactlyOnceWith(
    'backup.run',
    { source: 'shop', to: [], maxBytesPerSecond: null },
    jobId,
  );
});

describe('the first start', () => {
  it('writes the kit in the language of the app and never tells the page the words', async () => {
    const { handlers, calls, openFile } = aDesk();
    await handlers['app.setLanguage']({ language: 'en' });
    const choice = await handlers['app.chooseFolder']({ purpose: 'kit' });
    const made = await handlers['home.init']({ passphrase: 'a', vaultPassphrase: 'b', folderToken: choice!.token });
    expect(calls('home.init')[0]?.[1]).toEqual({
      passphrase: 'a',
      vaultPassphrase: 'b',
      kitDir: '/usb',
      language: 'en',
    });
    expect(made).toEqual({ repositoryId: 'r', kitFiles: [kitFile] });
    await handlers['app.openKit']({ kit: 'main' });
    expect(openFile).toHaveBeenCalledExactlyOnceWith(kitFile);
  });

  it('has no kit to open before it', async () => {
    const { handlers, openFile } = aDesk();
    await expect(handlers['app.openKit']({ kit: 'main' })).rejects.toMatchObject({ code: 'ipc.bad-input' });
    expect(openFile).not.toHaveBeenCalled();
  });
});

describe('app.state', () => {
  it('tells language, version, engine and home, and looks for a database server once', async () => {
    const { handlers, calls } = aDesk();
    const state = {
      language: 'zh',
      version: '0.1.0',
      engine: { state: 'running', interruptedJobs: 0 },
      home,
      demoPossible: true,
    };
    expect(await handlers['app.state']({})).toEqual(state);
    expect(await handlers['app.state']({})).toEqual(state);
    expect(calls('doctor')).toHaveLength(1);
  });

  it('does without the demo shop when looking failed, and looks again next time', async () => {
    const { handlers, call } = aDesk();
    call.mockImplementation((verb) =>
      verb === 'doctor' ? Promise.reject(new Error('no')) : Promise.resolve(replies[verb]),
    );
    expect(await handlers['app.state']({})).toMatchObject({ demoPossible: false });
    call.mockImplementation((verb) => Promise.resolve(replies[verb]));
    expect(await handlers['app.state']({})).toMatchObject({ demoPossible: true });
  });

  it('opens the folder of a list that a restore of this session wrote, and no other', async () => {
    const restoreId = '3f2504e0-4f89-41d3-9a0c-0305e82c3301';
    const call = () =>
      Promise.resolve({ restoreId, resale: { cards: 1, orders: 0, csv: '/home/me/lists/resale.csv' } });
    const engine = { state: { state: 'running', interruptedJobs: 0 }, call } as unknown as Surroundings['engine'];
    const { handlers, openFile } = aDesk({ engine });
    await expect(handlers['app.openResaleFolder']({ restoreId })).rejects.toMatchObject({ code: 'ipc.bad-input' });
    const wanted = { source: 'shop', snapshot: 'latest', from: null, databases: [], tables: [], as: null, vault: null };
    await handlers['restore.run']({ ...wanted, jobId, into: { kind: 'same' } });
    await handlers['app.openResaleFolder']({ restoreId });
    expect(openFile).toHaveBeenCalledExactlyOnceWith('/home/me/lists');
  });
});
