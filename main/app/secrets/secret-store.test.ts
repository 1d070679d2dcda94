/* eslint-disable @typescript-eslint/no-deprecated -- the calls of older Electrons are part of what is tested */
import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { SecretStore, type KeyStore } from './secret-store.ts';

const passphrase = 'correct horse 电池';
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'shouhu-secrets-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const turn = (bytes: Buffer): Buffer => Buffer.from(bytes.map((byte) => byte ^ 0x5a));

/** As in older Electrons: no asynchronous calls. */
function oldKeyStore(): KeyStore {
  return {
    isEncryptionAvailable: () => true,
    encryptString: (text) => turn(Buffer.from(text)),
    decryptString: (sealed) => turn(sealed).toString(),
  };
}

function newKeyStore(shouldReEncrypt = false) {
  const encryptStringAsync = vi.fn((text: string) => Promise.resolve(turn(Buffer.from(text))));
  const never = (): never => {
    throw new Error('the synchronous calls are deprecated');
  };
  const keyStore: KeyStore = {
    isEncryptionAvailable: never,
    encryptString: never,
    decryptString: never,
    isAsyncEncryptionAvailable: () => Promise.resolve(true),
    encryptStringAsync,
    decryptStringAsync: (sealed) => Promise.resolve({ result: turn(sealed).toString(), shouldReEncrypt }),
    getSelectedStorageBackend: () => 'gnome_libsecret',
  };
  return { keyStore, encryptStringAsync };
}

describe.each([
  ['an older Electron', oldKeyStore],
  ['a newer Electron', () => newKeyStore().keyStore],
])('a secret store on %s', (_, keyStore) => {
  it('keeps a secret sealed, reads it back and forgets it', async () => {
    const store = new SecretStore(keyStore(), folder);
    expect(await store.keep('main-passphrase', passphrase)).toBe(true);
    const [name = ''] = await readdir(folder);
    const onDisk = await readFile(join(folder, name), 'utf8');
    expect(onDisk).not.toContain('horse');
    expect(Buffer.from(onDisk, 'base64').toString()).not.toContain('horse');
    expect(await store.read('main-passphrase')).toBe(passphrase);
    await store.forget('main-passphrase');
    expect(await store.read('main-passphrase')).toBeNull();
    expect(await readdir(folder)).toEqual([]);
  });
});

describe('where nothing can be hidden', () => {
  const unable: [string, KeyStore][] = [
    ['Linux without a key store', { ...oldKeyStore(), getSelectedStorageBackend: () => 'basic_text' }],
    ['newer Electron, basic_text', { ...newKeyStore().keyStore, getSelectedStorageBackend: () => 'basic_text' }],
    ['no encryption', { ...oldKeyStore(), isEncryptionAvailable: () => false }],
    [
      'no asynchronous encryption',
      { ...newKeyStore().keyStore, isAsyncEncryptionAvailable: () => Promise.resolve(false) },
    ],
    [
      'a broken key store',
      {
        ...oldKeyStore(),
        isEncryptionAvailable: () => {
          throw new Error('dbus');
        },
      },
    ],
  ];
  it.each(unable)('(%s) nothing is kept, in no form', async (_, keyStore) => {
    const store = new SecretStore(keyStore, folder);
    expect(await store.keep('main-passphrase', passphrase)).toBe(false);
    expect(await readdir(folder)).toEqual([]);
    expect(await store.read('main-passphrase')).toBeNull();
  });
});

it('seals again when the key store says that its key is old', async () => {
  const { keyStore, encryptStringAsync } = newKeyStore(true);
  const store = new SecretStore(keyStore, folder);
  await store.keep('main-passphrase', passphrase);
  expect(await store.read('main-passphrase')).toBe(passphrase);
  expect(encryptStringAsync).toHaveBeenCalledTimes(2);
});

it('reads nothing from a secret of another account', async () => {
  const store = new SecretStore(oldKeyStore(), folder);
  await store.keep('main-passphrase', passphrase);
  const other = {
    ...oldKeyStore(),
    decryptString: () => {
      throw new Error('bad decrypt');
    },
  };
  expect(await new SecretStore(other, folder).read('main-passphrase')).toBeNull();
});
