import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { SafeStorage } from 'electron';
import { writeFileAtomically } from '../settings/write-file-atomically.ts';

/** Electron's key store: newer versions have the asynchronous calls, older ones only the others. */
export type KeyStore = Pick<SafeStorage, 'isEncryptionAvailable' | 'encryptString' | 'decryptString'> &
  Partial<
    Pick<
      SafeStorage,
      'isAsyncEncryptionAvailable' | 'encryptStringAsync' | 'decryptStringAsync' | 'getSelectedStorageBackend'
    >
  >;

export type SecretName = 'main-passphrase';

/**
 * Secrets that a person asked this computer to keep, encrypted by the key store of the operating system and kept under
 * `folder`. Where there is no key store, or only one that hides nothing (Linux `basic_text`), nothing is ever kept:
 * `keep` answers false and the person types the passphrase at every start.
 */
export class SecretStore {
  readonly #keyStore: KeyStore;
  readonly #folder: string;

  constructor(keyStore: KeyStore, folder: string) {
    this.#keyStore = keyStore;
    this.#folder = folder;
  }

  async isAvailable(): Promise<boolean> {
    try {
      if (this.#keyStore.getSelectedStorageBackend?.() === 'basic_text') return false;
      if (this.#keyStore.isAsyncEncryptionAvailable !== undefined)
        return await this.#keyStore.isAsyncEncryptionAvailable();
      // eslint-disable-next-line @typescript-eslint/no-deprecated -- all that an older Electron has
      return this.#keyStore.isEncryptionAvailable();
    } catch {
      // A key store that fails when asked is one that is not there.
      return false;
    }
  }

  /** False when this computer cannot keep a secret. */
  async keep(name: SecretName, secret: string): Promise<boolean> {
    if (!(await this.isAvailable())) return false;
    const sealed = await this.#encrypt(secret);
    await writeFileAtomically(this.#path(name), sealed.toString('base64'));
    return true;
  }

  /** Null when there is none, or none that this account on this computer can open. */
  async read(name: SecretName): Promise<string | null> {
    try {
      if (!(await this.isAvailable())) return null;
      const sealed = Buffer.from(await readFile(this.#path(name), 'utf8'), 'base64');
      // eslint-disable-next-line @typescript-eslint/no-deprecated -- all that an older Electron has
      if (this.#keyStore.decryptStringAsync === undefined) return this.#keyStore.decryptString(sealed);
      const { result, shouldReEncrypt } = await this.#keyStore.decryptStringAsync(sealed);
      if (shouldReEncrypt) await this.keep(name, result);
      return result;
    } catch {
      // Never kept, or sealed by a key that is gone: the person types it again.
      return null;
    }
  }

  async forget(name: SecretName): Promise<void> {
    await rm(this.#path(name), { force: true });
  }

  #path(name: SecretName): string {
    return join(this.#folder, `${name}.sealed`);
  }

  async #encrypt(secret: string): Promise<Buffer> {
    // eslint-disable-next-line @typescript-eslint/no-deprecated -- all that an older Electron has
    return (await this.#keyStore.encryptStringAsync?.(secret)) ?? this.#keyStore.encryptString(secret);
  }
}
