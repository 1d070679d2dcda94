import { describe, expect, it } from 'vitest';
import { newX25519Pair } from '../crypto/primitives.ts';
import { aKeyring, testCost, TestClock, testPassphrase, testVaultPassphrase } from '../testing/keys.ts';
import { addSheet, changePassphrase, revokeSlot } from './change-keys.ts';
import { decryptCredential, encryptCredential } from './credential.ts';
import { parseHeader, serializeHeader, type RepositoryHeader } from './header.ts';
import {
  createKeyring,
  openVaultWithPassphrase,
  openVaultWithWords,
  slotOfWords,
  unlockWithPassphrase,
  unlockWithWords,
} from './keyring.ts';
import { mainKeysFromText, mainKeysToText } from './main-keys-text.ts';
import { closeVault } from './main-keys.ts';

const keyring = await aKeyring();
const { header, mainKeys, mainWords, vaultWords } = keyring;
const clock = new TestClock();

/** The header as a stranger may write it. */
interface HeaderJson {
  slots: { id: string; kdf: Record<string, unknown> }[];
  vault: { publicKey: string; slots: unknown[] };
  [field: string]: unknown;
}

/** The header's JSON with one change, as a hostile store would serve it. */
function tampered(change: (json: HeaderJson) => void): RepositoryHeader {
  const json = JSON.parse(Buffer.from(serializeHeader(header)).toString('utf8')) as HeaderJson;
  change(json);
  return parseHeader(Buffer.from(JSON.stringify(json)));
}

describe('keyring', () => {
  it('opens with the passphrase, with Chinese words and with English words', async () => {
    const read = parseHeader(serializeHeader(header));
    expect(await unlockWithPassphrase(read, testPassphrase)).toEqual(mainKeys);
    expect(await unlockWithWords(read, mainWords.zh.join(''))).toEqual(mainKeys);
    expect(await unlockWithWords(read, mainWords.en.join(' '))).toEqual(mainKeys);
    const vault = await openVaultWithPassphrase(read, testVaultPassphrase);
    expect(await openVaultWithWords(read, vaultWords.zh.join(' '))).toEqual(vault);
    closeVault(vault);
    expect(vault.privateKey.every((byte) => byte === 0)).toBe(true);
  });

  it('takes a passphrase typed in full-width letters', async () => {
    expect(await unlockWithPassphrase(header, testPassphrase.replace('correct', 'ｃｏｒｒｅｃｔ'))).toEqual(mainKeys);
  });

  it('keeps main key and vault apart', async () => {
    await expect(unlockWithPassphrase(header, testVaultPassphrase)).rejects.toMatchObject({
      code: 'keys.wrong-passphrase',
    });
    await expect(openVaultWithPassphrase(header, testPassphrase)).rejects.toMatchObject({
      code: 'keys.wrong-passphrase',
    });
    await expect(openVaultWithWords(header, mainWords.en.join(' '))).rejects.toMatchObject({
      code: 'keys.wrong-words',
    });
  });

  it('writes no secret into the header', () => {
    const text = Buffer.from(serializeHeader(header)).toString('utf8');
    for (const secret of [mainKeys.idKey, mainKeys.encKey]) {
      expect(text).not.toContain(Buffer.from(secret).toString('base64').slice(0, 20));
      expect(text).not.toContain(Buffer.from(secret).toString('hex').slice(0, 20));
    }
  });

  it.each([
    ['7 chars', 'short'],
    ['aaaaaaaaaaaaaaaa', 'repetitive'],
    [testVaultPassphrase, 'same-for-both'],
  ])('refuses the passphrase %s', async (passphrase, reason) => {
    const keys = createKeyring({ passphrase, vaultPassphrase: testVaultPassphrase, clock, testCost });
    await expect(keys).rejects.toMatchObject({ code: 'keys.weak-passphrase', facts: { reason } });
  });

  it('changes a passphrase by the old one or by the words', async () => {
    const next = 'another long passphrase';
    const byOld = await changePassphrase(header, {
      key: 'main',
      current: { passphrase: testPassphrase },
      next,
      mainKeys,
      clock,
      testCost,
    });
    expect(await unlockWithPassphrase(byOld, next)).toEqual(mainKeys);
    expect(await unlockWithWords(byOld, mainWords.zh.join(''))).toEqual(mainKeys);
    await expect(unlockWithPassphrase(byOld, testPassphrase)).rejects.toMatchObject({ code: 'keys.wrong-passphrase' });
    const words = { words: vaultWords.zh.join('') };
    const vaultChanged = await changePassphrase(header, {
      key: 'vault',
      current: words,
      next,
      mainKeys,
      clock,
      testCost,
    });
    expect(await openVaultWithPassphrase(vaultChanged, next)).toEqual(
      await openVaultWithWords(header, vaultWords.en.join(' ')),
    );
    const same = changePassphrase(header, {
      key: 'main',
      current: { passphrase: testPassphrase },
      next: testVaultPassphrase,
      mainKeys,
      clock,
      testCost,
    });
    await expect(same).rejects.toMatchObject({ code: 'keys.weak-passphrase' });
  });

  it('adds a sheet beside the first, and revokes either', async () => {
    const current = { passphrase: testPassphrase };
    const added = await addSheet(header, { key: 'main', current, mainKeys, clock });
    const [first, second] = [mainWords.en.join(' '), added.words.zh.join('')];
    for (const words of [first, second]) expect(await unlockWithWords(added.header, words)).toEqual(mainKeys);
    expect(slotOfWords(added.header, 'main', second)).toBe(added.slot.id);
    expect(slotOfWords(header, 'main', second)).toBeUndefined();

    const firstSlot = slotOfWords(header, 'main', first) ?? '';
    const withoutFirst = parseHeader(serializeHeader(revokeSlot(added.header, firstSlot, mainKeys)));
    expect(await unlockWithWords(withoutFirst, second)).toEqual(mainKeys);
    await expect(unlockWithWords(withoutFirst, first)).rejects.toMatchObject({ code: 'keys.wrong-words' });
    const withoutSecond = revokeSlot(added.header, added.slot.id, mainKeys);
    await expect(unlockWithWords(withoutSecond, second)).rejects.toMatchObject({ code: 'keys.wrong-words' });
    expect(withoutSecond).toEqual(header);
  });

  it('adds a sheet of the vault with the vault’s own secrets only', async () => {
    const wrong = addSheet(header, { key: 'vault', current: { passphrase: testPassphrase }, mainKeys, clock });
    await expect(wrong).rejects.toMatchObject({ code: 'keys.wrong-passphrase', facts: { key: 'vault' } });
    const current = { words: vaultWords.en.join(' ') };
    const added = await addSheet(header, { key: 'vault', current, mainKeys, clock });
    expect(await openVaultWithWords(added.header, added.words.en.join(' '))).toEqual(
      await openVaultWithPassphrase(header, testVaultPassphrase),
    );
  });

  it('refuses to take the last passphrase or the last sheet of a key, and a slot that is not there', () => {
    for (const key of ['main', 'vault'] as const) {
      for (const slot of key === 'main' ? header.slots : header.vault.slots) {
        expect(() => revokeSlot(header, slot.id, mainKeys)).toThrow(
          expect.objectContaining({ code: 'keys.last-way-in', facts: { key, kind: slot.kind } }),
        );
      }
    }
    const slot = '0b7f2c58-5a57-4a39-8a3f-1c0f5f3d2e10';
    expect(() => revokeSlot(header, slot, mainKeys)).toThrow(
      expect.objectContaining({ code: 'keys.unknown-slot', facts: { slot } }),
    );
  });

  it('has as many sheets as a reader accepts, and no more', async () => {
    const options = { key: 'main', current: { words: mainWords.en.join(' ') }, mainKeys, clock } as const;
    let full = header;
    while (full.slots.length < 16) full = (await addSheet(full, options)).header;
    expect(parseHeader(serializeHeader(full)).slots).toHaveLength(16);
    await expect(addSheet(full, options)).rejects.toMatchObject({ code: 'keys.too-many-slots', facts: { limit: 16 } });
  });

  it('changes a passphrase and keeps every sheet', async () => {
    const current = { passphrase: testPassphrase };
    const added = await addSheet(header, { key: 'main', current, mainKeys, clock });
    const next = 'another long passphrase';
    const changed = await changePassphrase(added.header, { key: 'main', current, next, mainKeys, clock, testCost });
    for (const words of [mainWords, added.words])
      expect(await unlockWithWords(changed, words.en.join(' '))).toEqual(mainKeys);
  });
});

describe('a hostile header', () => {
  const code = async (change: (json: HeaderJson) => void) => {
    try {
      await unlockWithPassphrase(tampered(change), testPassphrase);
    } catch (error) {
      return (error as { code: string }).code;
    }
    return 'accepted';
  };

  it('cannot swap the vault key, drop a slot or change a date', async () => {
    const stranger = Buffer.from(newX25519Pair().publicKey).toString('base64');
    expect(await code(() => undefined)).toBe('accepted');
    expect(await code((json) => (json.vault.publicKey = stranger))).toBe('repository.header-damaged');
    expect(await code((json) => json.slots.pop())).toBe('repository.header-damaged');
    expect(await code((json) => (json.createdAt = '2020-01-01T00:00:00.000Z'))).toBe('repository.header-damaged');
    expect(await code((json) => (json.commitment = 'a'.repeat(64)))).toBe('repository.header-damaged');
    expect(await code((json) => (json.mac = 'a'.repeat(64)))).toBe('repository.header-damaged');
    expect(await code((json) => (json.vault.slots = json.slots))).toBe('repository.header-damaged');
  });

  it('cannot move a slot to another repository, another id or another purpose', async () => {
    expect(await code((json) => (json.repository = '0b7f2c58-5a57-4a39-8a3f-1c0f5f3d2e10'))).toBe(
      'keys.wrong-passphrase',
    );
    expect(await code((json) => (json.slots[0]!.id = json.slots[1]!.id))).toBe('keys.wrong-passphrase');
  });

  it('opens the vault only when the public key is its own', async () => {
    const stranger = Buffer.from(newX25519Pair().publicKey).toString('base64');
    const swapped = tampered((json) => (json.vault.publicKey = stranger));
    await expect(openVaultWithPassphrase(swapped, testVaultPassphrase)).rejects.toMatchObject({
      code: 'repository.header-damaged',
    });
  });

  it.each<[string, (json: HeaderJson) => void]>([
    ['scrypt N=2^30', (json) => (json.slots[0]!.kdf.n = 2 ** 30)],
    ['scrypt N that is no power of two', (json) => (json.slots[0]!.kdf.n = 100_000)],
    ['scrypt over 512 MiB', (json) => Object.assign(json.slots[0]!.kdf, { n: 2 ** 20, r: 8 })],
    ['scrypt p=10^6', (json) => (json.slots[0]!.kdf.p = 1_000_000)],
    ['a salt of the wrong length', (json) => (json.slots[0]!.kdf.salt = 'AAAA')],
    ['a thousand slots', (json) => (json.slots = Array.from({ length: 1000 }, () => json.slots[0]!))],
    ['no slots', (json) => (json.slots = [])],
    ['an unknown field', (json) => (json.extra = 1)],
    ['a foreign product', (json) => (json.product = 'other')],
    ['a format that is no number', (json) => (json.format = '2')],
  ])('is refused at reading: %s', (_what, change) => {
    expect(() => tampered(change)).toThrow(expect.objectContaining({ code: 'repository.header-damaged' }));
  });

  it('is refused when it is huge or no JSON', () => {
    for (const bytes of [Buffer.alloc(1024 * 1024, 0x20), Buffer.from('{"product"'), Buffer.from([0xff, 0xfe])]) {
      expect(() => parseHeader(bytes)).toThrow(expect.objectContaining({ code: 'repository.header-damaged' }));
    }
  });

  it('of a newer format is named as such', () => {
    expect(() => tampered((json) => Object.assign(json, { format: 3, anything: true }))).toThrow(
      expect.objectContaining({ code: 'repository.newer-format', facts: { found: 3, known: 2 } }),
    );
  });
});

describe('secrets of the workstation', () => {
  it('come back under the same context and keys only', async () => {
    const sealed = encryptCredential(mainKeys, '密码', 'source/1/mysql');
    expect(decryptCredential(mainKeys, sealed, 'source/1/mysql')).toBe('密码');
    expect(() => decryptCredential(mainKeys, sealed, 'source/2/mysql')).toThrow(
      expect.objectContaining({ code: 'home.damaged' }),
    );
    const other = (await aKeyring()).mainKeys;
    expect(() => decryptCredential(other, sealed, 'source/1/mysql')).toThrow();
    expect(() => decryptCredential(mainKeys, 'AAAA', 'source/1/mysql')).toThrow();
  });

  it('keep the main keys as one line of text, and never quote it in an error', () => {
    expect(mainKeysFromText(mainKeysToText(mainKeys))).toEqual({ ...mainKeys });
    let thrown: unknown;
    try {
      mainKeysFromText('{"idKey":"c2VjcmV0"');
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toMatchObject({ code: 'home.damaged', facts: { what: 'main-keys' } });
    expect(thrown).not.toHaveProperty('cause');
  });
});
