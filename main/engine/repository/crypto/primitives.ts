import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createPrivateKey,
  createPublicKey,
  diffieHellman,
  generateKeyPairSync,
  hkdfSync,
  scrypt,
  timingSafeEqual,
} from 'node:crypto';

/**
 * The only place that touches `node:crypto` for the format: AES-256-GCM, HMAC-SHA-256, HKDF-SHA-256, scrypt, X25519. All of
 * them exist in OpenSSL and in BoringSSL (Electron). Keys are 32 bytes, nonces 12, tags 16. Nothing here knows the format.
 */
export const keyBytes = 32;
export const nonceBytes = 12;
export const tagBytes = 16;

const textEncoder = new TextEncoder();

export function utf8(text: string): Uint8Array {
  return textEncoder.encode(text);
}

export function hmacSha256(key: Uint8Array, ...parts: readonly Uint8Array[]): Buffer {
  const mac = createHmac('sha256', key);
  for (const part of parts) mac.update(part);
  return mac.digest();
}

/** 32 bytes for one purpose. `label` separates the purposes. */
export function hkdfSha256(secret: Uint8Array, salt: Uint8Array, label: Uint8Array): Buffer {
  return Buffer.from(hkdfSync('sha256', secret, salt, label, keyBytes));
}

/** Ciphertext ‖ tag. */
export function sealAead(key: Uint8Array, nonce: Uint8Array, aad: Uint8Array, plaintext: Uint8Array): Buffer {
  const cipher = createCipheriv('aes-256-gcm', key, nonce, { authTagLength: tagBytes });
  cipher.setAAD(aad);
  const body = cipher.update(plaintext);
  const end = cipher.final();
  return Buffer.concat([body, end, cipher.getAuthTag()]);
}

/** The plaintext, or undefined when the tag does not hold: wrong key, wrong context or changed bytes. */
export function openAead(key: Uint8Array, nonce: Uint8Array, aad: Uint8Array, sealed: Uint8Array): Buffer | undefined {
  if (sealed.length < tagBytes) return undefined;
  const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: tagBytes });
  decipher.setAAD(aad);
  decipher.setAuthTag(sealed.subarray(sealed.length - tagBytes));
  const body = decipher.update(sealed.subarray(0, sealed.length - tagBytes));
  try {
    decipher.final();
  } catch {
    // The only failure of final() in GCM is a tag that does not match, which the caller names.
    return undefined;
  }
  return body;
}

/** Equality in constant time. */
export function sameBytes(left: Uint8Array, right: Uint8Array): boolean {
  return left.length === right.length && timingSafeEqual(left, right);
}

export interface ScryptCost {
  /** Power of two. */
  readonly n: number;
  readonly r: number;
  readonly p: number;
}

/** Stretches a passphrase (NFKC, UTF-8) on the thread pool. Memory: 128·n·r bytes. */
export function stretchPassphrase(passphrase: string, salt: Uint8Array, cost: ScryptCost): Promise<Buffer> {
  const { n, r, p } = cost;
  const maxmem = 128 * r * (n + p + 2) + 32 * 1024 * 1024;
  return new Promise((resolve, reject) => {
    scrypt(passphrase.normalize('NFKC'), salt, keyBytes, { N: n, r, p, maxmem }, (error, key) => {
      if (error === null) resolve(key);
      else reject(error);
    });
  });
}

export interface X25519Pair {
  readonly publicKey: Uint8Array;
  readonly privateKey: Uint8Array;
}

// Raw X25519 keys travel in the two fixed DER wrappers of RFC 8410.
const privatePrefix = Buffer.from('302e020100300506032b656e04220420', 'hex');
const publicPrefix = Buffer.from('302a300506032b656e032100', 'hex');

export function newX25519Pair(): X25519Pair {
  const { publicKey, privateKey } = generateKeyPairSync('x25519');
  return {
    publicKey: publicKey.export({ format: 'der', type: 'spki' }).subarray(publicPrefix.length),
    privateKey: privateKey.export({ format: 'der', type: 'pkcs8' }).subarray(privatePrefix.length),
  };
}

export function x25519PublicKey(privateKey: Uint8Array): Buffer {
  const key = createPublicKey(privateKeyObject(privateKey));
  return key.export({ format: 'der', type: 'spki' }).subarray(publicPrefix.length);
}

/** The shared secret, or undefined when the other key is of low order (the secret would be all zero, known to anyone). */
export function x25519(privateKey: Uint8Array, publicKey: Uint8Array): Buffer | undefined {
  let shared: Buffer;
  try {
    shared = diffieHellman({
      privateKey: privateKeyObject(privateKey),
      publicKey: createPublicKey({ key: Buffer.concat([publicPrefix, publicKey]), format: 'der', type: 'spki' }),
    });
  } catch {
    // OpenSSL refuses low-order keys with an error of its own; the check below covers libraries that do not.
    return undefined;
  }
  return shared.some((byte) => byte !== 0) ? shared : undefined;
}

function privateKeyObject(privateKey: Uint8Array) {
  return createPrivateKey({ key: Buffer.concat([privatePrefix, privateKey]), format: 'der', type: 'pkcs8' });
}
