import { describe, expect, it } from 'vitest';
import { newX25519Pair } from '../crypto/primitives.ts';
import {
  decodeObject,
  encodeSealedRows,
  decodeSealedPayload,
  type EncodingKeys,
  type VaultKey,
} from '../objects/index.ts';
import { aKeyring, TestClock, testCost, testPassphrase, testVaultPassphrase } from '../testing/keys.ts';
import { addSheet, revokeSlot } from './change-keys.ts';
import { parseHeader, serializeHeader, signHeader, vaultStanding, type RepositoryHeader } from './header.ts';
import {
  keysUnder,
  openVaultWithPassphrase,
  openVaultWithWords,
  recipientOfWords,
  unlockWithPassphrase,
} from './keyring.ts';
import { rotateVault, type RotatedVault, type RotateVault } from './rotate-vault.ts';

const clock = new TestClock();
const { header, mainKeys, vaultWords } = await aKeyring();
const next = 'five quiet herons by the lake';

function rotate(fields: Partial<RotateVault> = {}, from: RepositoryHeader = header): Promise<RotatedVault> {
  const current = { passphrase: testVaultPassphrase };
  return rotateVault(from, { current, nextPassphrase: next, keep: [], mainKeys, clock, testCost, ...fields });
}

const again = (changed: RepositoryHeader) => parseHeader(serializeHeader(changed));
const rows = (keys: EncodingKeys, count: number) =>
  encodeSealedRows(keys, { rows: count, text: Buffer.from('CARD-0001\n'.repeat(count)), digest: null });
function textOf(keys: EncodingKeys, object: ReturnType<typeof rows>, vault: VaultKey): string {
  const { payload } = decodeObject(keys, object.id, object.bytes, { expectedKind: 'rows-sealed', vault });
  return Buffer.from(decodeSealedPayload(object.id, payload).text).toString();
}

describe('new keys of the vault', () => {
  it('open what was sealed before and after; the former ones nothing that came after', async () => {
    const before = await openVaultWithPassphrase(header, testVaultPassphrase);
    const { header: rotated, words } = await rotate();
    const keys = await unlockWithPassphrase(again(rotated), testPassphrase);
    for (const count of [3, 500]) {
      const [old, young] = [rows(mainKeys, count), rows(keys, count)];
      for (const vault of [
        await openVaultWithPassphrase(again(rotated), next),
        await openVaultWithWords(again(rotated), words.zh.join('')),
      ])
        for (const object of [old, young]) expect(textOf(keys, object, vault)).toBe('CARD-0001\n'.repeat(count));
      expect(textOf(mainKeys, old, before)).toContain('CARD');
      expect(() => textOf(keys, young, before)).toThrow(
        expect.objectContaining({
          code: 'repository.damaged',
          facts: expect.objectContaining({ reason: 'seal' }) as unknown,
        }),
      );
      // Not the object that is there already: it would stand for these rows with the old seal.
      expect(young.id).not.toBe(old.id);
    }
    expect(rows(keys, 500).id).toBe(rows(keys, 500).id);
    await expect(openVaultWithPassphrase(rotated, testVaultPassphrase)).rejects.toMatchObject({
      code: 'keys.wrong-passphrase',
    });
    await expect(openVaultWithWords(rotated, vaultWords.en.join(' '))).rejects.toMatchObject({
      code: 'keys.wrong-words',
    });
  });

  it('reach a holder who is not there, on the paper that he has; who does not stay opens nothing', async () => {
    const partner = await addSheet(header, {
      key: 'vault',
      current: { passphrase: testVaultPassphrase },
      mainKeys,
      clock,
    });
    const sheet = recipientOfWords(partner.header, partner.words.en.join(' '));
    const { header: rotated } = await rotate({ keep: [sheet!] }, partner.header);
    const vault = await openVaultWithWords(again(rotated), partner.words.zh.join(''));
    expect(vault.former).toHaveLength(1);
    expect(textOf(keysUnder(rotated, mainKeys), rows(keysUnder(rotated, mainKeys), 99), vault)).toContain('CARD');
    await expect(openVaultWithWords(rotated, vaultWords.en.join(' '))).rejects.toThrow();

    // A second time his public key stands in the header itself, and so does that of a sheet made since.
    const third = await addSheet(rotated, { key: 'vault', current: { passphrase: next }, mainKeys, clock });
    expect(third.slot.kind).toBe('recipient');
    const keep = third.header.vault.slots.flatMap((slot) =>
      slot.kind === 'recipient' && slot.id !== sheet!.id ? [slot] : [],
    );
    const twice = await rotate(
      { current: { passphrase: next }, nextPassphrase: 'and yet another one here', keep },
      third.header,
    );
    expect((await openVaultWithWords(again(twice.header), third.words.en.join(' '))).former).toHaveLength(2);
    await expect(openVaultWithWords(twice.header, partner.words.en.join(' '))).rejects.toThrow();
    expect(() => revokeSlot(twice.header, third.slot.id, mainKeys)).not.toThrow();
  });

  it('want another passphrase, and are given so often and no more', async () => {
    await expect(rotate({ nextPassphrase: testVaultPassphrase })).rejects.toMatchObject({
      facts: { reason: 'same-as-before' },
    });
    await expect(rotate({ nextPassphrase: testPassphrase })).rejects.toMatchObject({
      facts: { reason: 'same-for-both' },
    });
    await expect(rotate({ current: { passphrase: 'not this one at all' } })).rejects.toMatchObject({
      code: 'keys.wrong-passphrase',
    });
    const { header: rotated } = await rotate();
    const [former] = rotated.vault.former ?? [];
    const many = Array.from({ length: 64 }, () => ({
      ...former!,
      publicKey: Buffer.from(newX25519Pair().publicKey).toString('base64'),
    }));
    const full = signHeader({ ...rotated, vault: { ...rotated.vault, former: many } }, mainKeys);
    await expect(rotate({ current: { passphrase: next } }, full)).rejects.toMatchObject({
      code: 'keys.too-many-rotations',
    });
  });

  it('tell which of two headers came later', async () => {
    const { header: rotated } = await rotate();
    const now = keysUnder(rotated, mainKeys);
    const { header: other } = await rotate();
    expect([header, rotated, other].map((each) => vaultStanding(each, now))).toEqual(['behind', 'same', 'other']);
    expect(vaultStanding(rotated, mainKeys)).toBe('ahead');
  });
});

describe('a hostile header', () => {
  type Json = {
    format: number;
    slots: unknown[];
    vault: { publicKey: string; slots: Record<string, string>[]; former?: Record<string, string>[] };
  };
  async function tampered(change: (json: Json) => void, isSigned = false): Promise<RepositoryHeader> {
    const { header: rotated } = await rotate();
    const json = JSON.parse(Buffer.from(serializeHeader(rotated)).toString()) as Json;
    change(json);
    const read = parseHeader(Buffer.from(JSON.stringify(json)));
    return isSigned ? signHeader(read, mainKeys) : read;
  }
  const stranger = () => Buffer.from(newX25519Pair().publicKey).toString('base64');

  it.each<[string, (json: Json) => void]>([
    ['format 1 with former keys', (json) => (json.format = 1)],
    ['format 2 without', (json) => delete json.vault.former],
    ['no former key', (json) => (json.vault.former = [])],
    [
      '65 former keys',
      (json) =>
        (json.vault.former = Array.from({ length: 65 }, () => ({ ...json.vault.former![0]!, publicKey: stranger() }))),
    ],
    ['the present key among the former', (json) => (json.vault.former![0]!['publicKey'] = json.vault.publicKey)],
    ['a recipient for the main key', (json) => (json.slots = json.vault.slots)],
    ['a wrapped key of another length', (json) => (json.vault.former![0]!['wrapped'] = 'AAAA')],
  ])('is refused at reading: %s', async (_what, change) => {
    await expect(tampered(change)).rejects.toMatchObject({ code: 'repository.header-damaged' });
  });

  it.each<[string, (json: Json) => void]>([
    ['another present key', (json) => (json.vault.publicKey = stranger())],
    ['another former key', (json) => (json.vault.former![0]!['publicKey'] = stranger())],
    ['another recipient', (json) => (json.vault.slots[1]!['recipient'] = stranger())],
    ['another date', (json) => (json.vault.former![0]!['retiredAt'] = '2020-01-01T00:00:00.000Z')],
  ])('is refused by its MAC: %s', async (_what, change) => {
    const changed = await tampered(change);
    await expect(unlockWithPassphrase(changed, testPassphrase)).rejects.toMatchObject({ facts: { reason: 'mac' } });
  });

  it.each<[string, (json: Json) => void]>([
    ['another present key', (json) => (json.vault.publicKey = stranger())],
    ['another former key', (json) => (json.vault.former![0]!['publicKey'] = stranger())],
    [
      'a former key that is another',
      (json) => (json.vault.former![0]!['wrapped'] = Buffer.alloc(48, 7).toString('base64')),
    ],
  ])('of somebody who has the main keys opens no vault: %s', async (_what, change) => {
    await expect(openVaultWithPassphrase(await tampered(change, true), next)).rejects.toMatchObject({
      code: 'repository.header-damaged',
    });
  });

  it.each(['recipient', 'ephemeral'])('of theirs, with a %s of low order, opens by no sheet', async (field) => {
    const { header: rotated, words } = await rotate();
    const slots = rotated.vault.slots.map((slot) =>
      slot.kind === 'recipient' ? { ...slot, [field]: Buffer.alloc(32).toString('base64') } : slot,
    );
    const signed = signHeader({ ...rotated, vault: { ...rotated.vault, slots } }, mainKeys);
    await expect(openVaultWithWords(signed, words.en.join(' '))).rejects.toMatchObject({ code: 'keys.wrong-words' });
  });
});
