import { createHash } from 'node:crypto';
import type { ServerHostKeyAlgorithm } from 'ssh2';

/** What a server proves itself with. */
export interface HostKey {
  /** The key's own type: `ssh-ed25519`, `ssh-rsa`, `ecdsa-sha2-nistp256` … */
  readonly algorithm: string;
  /** `SHA256:` and the unpadded base64 of the SHA-256 of the whole key, as `ssh-keygen -l` prints it. */
  readonly fingerprint: string;
}

/**
 * What to make of the key a server shows.
 * - `pinned`: this key and no other. Keep the algorithm with the fingerprint: without it, a server with several keys is
 *   asked for each in turn.
 * - `trust-first`: any key, because there is none to compare with yet; the caller pins `tunnel.hostKey` at once.
 * - `ask`: no key is known; `onHostKey` decides, and without it the answer is no.
 *
 * None of them accepts a changed key: that takes a new pin, which is a person's decision.
 */
export type HostKeyPolicy =
  | { readonly kind: 'pinned'; readonly fingerprint: string; readonly algorithm?: string | undefined }
  | { readonly kind: 'trust-first' }
  | { readonly kind: 'ask' };

const families: readonly (readonly ServerHostKeyAlgorithm[])[] = [
  ['ssh-ed25519'],
  ['ecdsa-sha2-nistp256', 'ecdsa-sha2-nistp384', 'ecdsa-sha2-nistp521'],
  ['rsa-sha2-512', 'rsa-sha2-256', 'ssh-rsa'],
];

/** Reads the key as it travels: a length-prefixed type name, then the key's numbers. */
export function describeHostKey(blob: Buffer): HostKey {
  const nameLength = blob.readUInt32BE(0);
  const algorithm = blob.subarray(4, 4 + nameLength).toString('latin1');
  const digest = createHash('sha256').update(blob).digest('base64').replace(/=+$/, '');
  return { algorithm, fingerprint: `SHA256:${digest}` };
}

/** `SHA256:abc=`, `sha256:abc` and `abc` mean the same; base64 letters keep their case. */
export function normaliseFingerprint(text: string): string {
  return `SHA256:${text
    .trim()
    .replace(/^sha256:/i, '')
    .replace(/=+$/, '')}`;
}

/** All algorithms, those of the pinned key first, so that a server with several keys shows the one we know. */
export function algorithmsPreferring(keyAlgorithm: string | undefined): ServerHostKeyAlgorithm[] {
  const all = families.flat();
  const first = all.filter((each) => signs(each, keyAlgorithm));
  return [...first, ...all.filter((each) => !first.includes(each))];
}

/** The kinds of key not yet seen, each as a list to offer alone. */
export function otherFamilies(seenKeyAlgorithm: string): ServerHostKeyAlgorithm[][] {
  return families
    .filter((family) => !family.some((each) => signs(each, seenKeyAlgorithm)))
    .map((family) => [...family]);
}

/** An RSA key (`ssh-rsa`) signs with three algorithms; every other key has one, of its own name. */
function signs(algorithm: ServerHostKeyAlgorithm, keyAlgorithm: string | undefined): boolean {
  return keyAlgorithm === 'ssh-rsa'
    ? algorithm.startsWith('rsa-') || algorithm === 'ssh-rsa'
    : algorithm === keyAlgorithm;
}
