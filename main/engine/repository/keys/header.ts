import { z } from 'zod';
import { AppError } from '../../../../shared/errors/app-error.ts';
import { hmacSha256, sameBytes, utf8 } from '../crypto/primitives.ts';
import { canonicalJson } from '../canonical-json.ts';
import { formatVersion, maxFormerVaultKeys, maxHeaderBytes, rotatedFormatVersion } from '../format.ts';
import { headerMacKey, keyCommitment, type EncodingKeys, type MainKeys } from './main-keys.ts';

/**
 * `shouhu.json`: public, but authentic. It is read before any key is known, so every field is bounded; after the first slot
 * opened, `authenticateHeader` proves that the rest (above all the vault's public key) is what the owner wrote.
 */

/** Reader's limits. 128·n·r ≤ 512 MiB, so that a hostile header cannot exhaust the machine. Writers use `defaultScryptCost`. */
const scryptSchema = z
  .strictObject({
    name: z.literal('scrypt'),
    n: z
      .int()
      .min(1024)
      .max(2 ** 20),
    r: z.int().min(1).max(32),
    p: z.int().min(1).max(16),
    salt: base64OfBytes(32),
  })
  .refine(({ n }) => (n & (n - 1)) === 0)
  .refine(({ n, r, p }) => 128 * n * r <= 512 * 1024 * 1024 && n * r * p <= 2 ** 25);

function base64OfBytes(bytes: number) {
  return z.string().refine((text) => {
    const decoded = Buffer.from(text, 'base64');
    return decoded.length === bytes && decoded.toString('base64') === text;
  });
}

function slotSchema(wrappedBytes: number) {
  const common = {
    id: z.uuid(),
    createdAt: z.iso.datetime(),
    nonce: base64OfBytes(12),
    wrapped: base64OfBytes(wrappedBytes + 16),
  };
  return z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('passphrase'), ...common, kdf: scryptSchema }),
    z.strictObject({ kind: z.literal('recovery'), ...common, salt: base64OfBytes(32) }),
    z.strictObject({
      kind: z.literal('recipient'),
      ...common,
      salt: base64OfBytes(32),
      /** Public key of a sheet: its holder opens what is sealed to it, and need not be there. */
      recipient: base64OfBytes(32),
      ephemeral: base64OfBytes(32),
    }),
  ]);
}

/** Most slots of one key. */
export const maxSlots = 16;

const slotsSchema = (wrappedBytes: number) => z.array(slotSchema(wrappedBytes)).min(1).max(maxSlots);

/** A key that the vault had: its private half is wrapped by the one that it has now. */
const formerVaultKeySchema = z.strictObject({
  publicKey: base64OfBytes(32),
  retiredAt: z.iso.datetime(),
  nonce: base64OfBytes(12),
  wrapped: base64OfBytes(32 + 16),
});
export type FormerVaultKey = z.infer<typeof formerVaultKeySchema>;

const headerSchema = z
  .strictObject({
    product: z.literal('shouhu'),
    format: z.union([z.literal(formatVersion), z.literal(rotatedFormatVersion)]),
    repository: z.uuid(),
    createdAt: z.iso.datetime(),
    /** idKey ‖ encKey, wrapped once per slot. */
    slots: slotsSchema(64),
    vault: z.strictObject({
      publicKey: base64OfBytes(32),
      /** The X25519 private key, wrapped once per slot. */
      slots: slotsSchema(32),
      /** Oldest first; there exactly when the vault was given new keys. */
      former: z.array(formerVaultKeySchema).min(1).max(maxFormerVaultKeys).optional(),
    }),
    commitment: z.string().regex(/^[0-9a-f]{64}$/),
    mac: z.string().regex(/^[0-9a-f]{64}$/),
  })
  .refine(({ format, vault }) => (format === rotatedFormatVersion) === (vault.former !== undefined))
  .refine(({ slots }) => slots.every(({ kind }) => kind !== 'recipient'))
  .refine(
    ({ format, vault }) => format === rotatedFormatVersion || vault.slots.every(({ kind }) => kind !== 'recipient'),
  )
  .refine(({ vault }) => {
    const keys = [vault.publicKey, ...(vault.former ?? []).map(({ publicKey }) => publicKey)];
    return new Set(keys).size === keys.length;
  });
export type RepositoryHeader = z.infer<typeof headerSchema>;
export type Slot = RepositoryHeader['slots'][number];

/** Reads `shouhu.json`. `repository.newer-format` {found, known}; everything else that is wrong: `repository.header-damaged`. */
export function parseHeader(bytes: Uint8Array): RepositoryHeader {
  if (bytes.length > maxHeaderBytes) throw headerDamaged('size');
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (error) {
    throw headerDamaged('json', error);
  }
  const version = z.looseObject({ product: z.literal('shouhu'), format: z.int().positive() }).safeParse(json);
  if (version.success && version.data.format > rotatedFormatVersion) {
    throw new AppError('repository.newer-format', { found: version.data.format, known: rotatedFormatVersion });
  }
  const header = headerSchema.safeParse(json);
  if (!header.success) throw headerDamaged('fields', header.error);
  return header.data;
}

/** The bytes of `shouhu.json`: indented for people, same object for programs. */
export function serializeHeader(header: RepositoryHeader): Uint8Array {
  return utf8(`${JSON.stringify(header, null, 2)}\n`);
}

/** The header with its MAC, which is taken over the header with an empty `mac`. */
export function signHeader(header: Omit<RepositoryHeader, 'mac'>, keys: MainKeys): RepositoryHeader {
  return { ...header, mac: macOf(header, keys).toString('hex') };
}

/**
 * Throws `repository.header-damaged` unless these main keys made this header: commitment, MAC. It may be an older or a newer one than that which the keys came
 * from, with another vault key: `vaultStanding` tells.
 */
export function authenticateHeader(header: RepositoryHeader, keys: MainKeys): void {
  const commitment = keyCommitment(header.repository, keys.idKey, keys.encKey);
  if (!sameBytes(commitment, Buffer.from(header.commitment, 'hex'))) throw headerDamaged('commitment');
  if (!sameBytes(macOf(header, keys), Buffer.from(header.mac, 'hex'))) throw headerDamaged('mac');
}

/**
 * How the vault key of an authentic header stands to the one that these keys seal to: `behind` has one that was given up, `ahead` gave ours up; `other`: neither
 * knows of the other.
 */
export type VaultStanding = 'same' | 'behind' | 'ahead' | 'other';

export function vaultStanding({ vault }: RepositoryHeader, keys: EncodingKeys): VaultStanding {
  const ours = Buffer.from(keys.vaultPublicKey).toString('base64');
  if (vault.publicKey === ours) return 'same';
  if (keys.formerVaultKeys.some((key) => Buffer.from(key).toString('base64') === vault.publicKey)) return 'behind';
  return (vault.former ?? []).some(({ publicKey }) => publicKey === ours) ? 'ahead' : 'other';
}

export function headerDamaged(reason: string, cause?: unknown): AppError {
  return new AppError('repository.header-damaged', { reason }, { cause });
}

function macOf(header: Omit<RepositoryHeader, 'mac'>, keys: MainKeys): Buffer {
  return hmacSha256(headerMacKey(keys), utf8('shouhu-v1 header\n'), utf8(canonicalJson({ ...header, mac: '' })));
}
