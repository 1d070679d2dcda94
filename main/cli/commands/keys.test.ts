import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { withTempDir } from '../../engine/platform/temp-dir.ts';
import { act, type Script, type Seen } from '../testing/scripted-surroundings.ts';

describe('keys and sheets', () => {
  const slot = {
    id: '7c1d22e0-ccdd-4eee-8fff-001122334455',
    key: 'main',
    kind: 'recovery',
    createdAt: '2026-11-22T14:00:00.000Z',
    holder: null,
    rehearsedAt: null,
  } as const;
  const copies = [
    { destination: 'main', state: 'renewed', errorCode: null },
    { destination: 'usb', state: 'owed', errorCode: 'backend.absent' },
  ] as const;
  const script: Script = {
    'key.addSheet': ({ key }) => ({ slot: { ...slot, key }, kitFiles: ['/k/page.html'], copies: [...copies] }),
    'key.revoke': () => ({ slot, copies: [...copies] }),
    'key.changePassphrase': () => ({ copies: [...copies] }),
    'kit.rehearse': ({ key }) => ({
      ...{ key, destination: 'main', snapshot: slot.id, at: slot.createdAt, source: 'shop' },
      ...{ table: 'shop.orders', rows: 7, sizeBytes: 70, slot: slot.id, holder: null },
    }),
  };
  const given = { env: { P: 'p1', V: 'v1', N: 'n1' }, script };
  const inputs = (seen: Seen) => seen.calls.filter(({ verb }) => !verb.startsWith('home.')).map(({ input }) => input);

  it('are written for both keys unless one is named, each opened by its own secret', async () => {
    const flags = ['--dir', 'kit', '--passphrase-env', 'P', '--vault-passphrase-env', 'V'];
    const shared = { dir: '/srv/here/kit', holder: null, language: 'en' };
    expect(inputs(await act(['kit', 'write', ...flags], given))).toEqual([
      { key: 'main', current: { passphrase: 'p1' }, ...shared },
      { key: 'vault', current: { passphrase: 'v1' }, ...shared },
    ]);
    const forLi = await act(['key', 'add-sheet', '--main', '--for', 'Li', ...flags], given);
    expect(inputs(forLi)).toEqual([{ key: 'main', current: { passphrase: 'p1' }, ...shared, holder: 'Li' }]);
    expect(forLi.out).toContain('nobody can read the words of an old one back');
    expect(forLi.out).toContain('copy “usb” is out of reach or locked');
  });

  it.each([
    [['kit', 'write']],
    [['kit', 'rehearse']],
    [['kit', 'rehearse', '--main', '--vault']],
    [['key', 'add-sheet', '--dir', 'kit']],
    [['key', 'revoke']],
    [['key', 'revoke', 'the old one']],
  ])('%j is refused before anything is opened', async (argv) => {
    const seen = await act(argv, given);
    expect(seen.exitCode).toBe(2);
    expect(seen.calls).toEqual([]);
  });

  it('are rehearsed without the passphrase; the vault’s needs it, and its words are not taken for the main ones', async () => {
    const typed = Array.from({ length: 24 }, () => 'word').join(' ');
    const main = await act(['kit', 'rehearse', '--main'], { ...given, typed: [typed] });
    expect(main.calls).toEqual([{ verb: 'kit.rehearse', input: { key: 'main', words: typed, from: null } }]);
    expect(main.out).toContain('This sheet works');

    const vault = ['kit', 'rehearse', '--vault', '--from', 'usb', '--passphrase-env', 'P', '--words-file'];
    await withSecretFile(`VAULT\n${typed}`, async (path) => {
      const seen = await act([...vault, path], given);
      expect(seen.calls.slice(-2)).toEqual([
        { verb: 'home.unlock', input: { passphrase: 'p1' } },
        { verb: 'kit.rehearse', input: { key: 'vault', words: `vault ${typed}`, from: 'usb' } },
      ]);
    });
  });

  it('take a new passphrase by name, remember that name, and say when the old one has gone stale', async () => {
    const change = ['key', 'passphrase', '--passphrase-env', 'P'];
    const remembered = { passphrase: 'P', vault: null };
    const named = await act([...change, '--new-passphrase-env', 'N'], { ...given, remembered });
    expect(inputs(named)).toEqual([{ key: 'main', current: { passphrase: 'p1' }, newPassphrase: 'n1' }]);
    expect(named.rememberedNow).toEqual({ passphrase: 'N' });
    expect(named.out).not.toMatch(/p1|n1|still holds/);

    const typed = await act(change, { ...given, remembered, typed: ['n2', 'n2'] });
    expect(inputs(typed)).toEqual([{ key: 'main', current: { passphrase: 'p1' }, newPassphrase: 'n2' }]);
    expect(typed.out).toContain('The environment variable P still holds the old passphrase');
    const unlike = await act(change, { ...given, typed: ['n2', 'n3'] });
    expect([unlike.exitCode, inputs(unlike)]).toEqual([2, []]);
  });

  it('of the vault are changed by the vault’s own passphrase', async () => {
    const flags = ['--passphrase-env', 'P', '--vault-passphrase-env', 'V', '--new-passphrase-env', 'N'];
    const seen = await act(['key', 'vault-passphrase', ...flags], given);
    expect(inputs(seen)).toEqual([{ key: 'vault', current: { passphrase: 'v1' }, newPassphrase: 'n1' }]);
    expect(seen.rememberedNow).toEqual({ vault: 'N' });
  });

  it('are revoked by the beginning of their number, with what that cannot do', async () => {
    const seen = await act(['key', 'revoke', '7c1d22e0', '--passphrase-env', 'P'], given);
    expect(inputs(seen)).toEqual([{ slot: '7c1d22e0' }]);
    expect(seen.out).toContain('Whoever took a copy away before');
  });
});

async function withSecretFile(content: string, use: (path: string) => Promise<void>): Promise<void> {
  await withTempDir('cli-words', async (dir) => {
    const path = join(dir, 'words.txt');
    await writeFile(path, content, { mode: 0o600 });
    await use(path);
  });
}
