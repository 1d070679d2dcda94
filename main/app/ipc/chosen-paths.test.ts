import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ChosenPaths } from './chosen-paths.ts';
import { readSshKey } from './read-ssh-key.ts';
import { WrittenKits } from './written-kits.ts';

const badInput = expect.objectContaining({ code: 'ipc.bad-input' }) as Error;

describe('ChosenPaths', () => {
  it('gives a token for a path and the path for the token', () => {
    const chosen = new ChosenPaths();
    const token = chosen.keep('folder', '/backups');
    expect(token).toMatch(/^[0-9a-f-]{36}$/);
    expect(chosen.pathOf('folder', token)).toBe('/backups');
  });

  it('knows no token that it did not give, nor one of another process', () => {
    const token = new ChosenPaths().keep('folder', '/backups');
    expect(() => new ChosenPaths().pathOf('folder', token)).toThrow(badInput);
    expect(() => new ChosenPaths().pathOf('folder', '/etc')).toThrow(badInput);
  });

  it('lets no token be used for something else than it was chosen for', () => {
    const chosen = new ChosenPaths();
    const token = chosen.keep('sql-file', '/home/me/shop.sql');
    expect(() => chosen.pathOf('ssh-key', token)).toThrow(badInput);
    expect(() => chosen.pathOf('folder', token)).toThrow(badInput);
  });

  it('does not grow for ever', () => {
    const chosen = new ChosenPaths();
    const first = chosen.keep('folder', '/0');
    const tokens = Array.from({ length: 200 }, (_, index) => chosen.keep('folder', `/${index + 1}`));
    expect(() => chosen.pathOf('folder', first)).toThrow(badInput);
    expect(tokens.map((token) => chosen.pathOf('folder', token))).toHaveLength(200);
  });
});

describe('readSshKey', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'shouhu-key-'));
    await writeFile(join(folder, 'key'), 'PEM 密钥');
    await writeFile(join(folder, 'huge'), 'x'.repeat(65_537));
    await mkdir(join(folder, 'folder'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('reads a key', async () => {
    expect(await readSshKey(join(folder, 'key'))).toBe('PEM 密钥');
  });

  it.each([
    ['missing', 'missing'],
    ['huge', 'too-large'],
    ['folder', 'not-a-file'],
  ])('refuses %s', async (name, reason) => {
    await expect(readSshKey(join(folder, name))).rejects.toMatchObject({
      code: 'tunnel.key-unreadable',
      facts: { reason },
    });
  });

  it('refuses a file without an end', async () => {
    if (process.platform === 'win32') return;
    await expect(readSshKey('/dev/zero')).rejects.toMatchObject({ facts: { reason: 'not-a-file' } });
  });
});

describe('WrittenKits', () => {
  const page = (kit: string): string => join('/usb', `shouhu-recovery-kit-${kit}-1a2b3c4d.html`);

  it('finds the page of each kit among the files that were written', () => {
    const kits = new WrittenKits();
    kits.remember('/usb', [page('main'), page('main').replace('.html', '.txt'), page('vault')]);
    expect(kits.pageOf('main')).toBe(page('main'));
    expect(kits.pageOf('vault')).toBe(page('vault'));
  });

  it('opens nothing before a kit was written, nor a file that is elsewhere or no kit', () => {
    const kits = new WrittenKits();
    expect(() => kits.pageOf('main')).toThrow(badInput);
    kits.remember('/usb/kit', [page('main'), '/usb/kit/evil.exe', '/usb/kit/../shouhu-recovery-kit-vault-1.html']);
    expect(() => kits.pageOf('main')).toThrow(badInput);
    expect(() => kits.pageOf('vault')).toThrow(badInput);
  });
});
