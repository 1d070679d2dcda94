import * as zlib from 'node:zlib';
import { AppError } from '../../../../shared/errors/app-error.ts';
import { codecs, compress, decompress, defaultEffort } from './codec.ts';
import {
  hkdfSha256,
  hmacSha256,
  newX25519Pair,
  openAead,
  sameBytes,
  sealAead,
  stretchPassphrase,
  utf8,
  x25519,
  x25519PublicKey,
} from './primitives.ts';

type Probe = () => boolean | Promise<boolean>;

/** Each probe uses the feature once: a function that is present may still throw (BoringSSL in Electron). */
const probes: Readonly<Record<string, Probe>> = {
  zstd: () => {
    if (!('zstdCompressSync' in zlib)) return false;
    const text = utf8('shouhu '.repeat(64));
    const packed = compress(text, defaultEffort);
    const back = decompress(packed, text.length);
    return codecs[packed.codec] === 1 && back !== undefined && sameBytes(back, text);
  },
  // RFC 4231, case 2.
  'hmac-sha256': () =>
    hmacSha256(utf8('Jefe'), utf8('what do ya want for nothing?')).toString('hex') ===
    '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
  // RFC 5869, case 3, first 32 bytes.
  'hkdf-sha256': () =>
    hkdfSha256(new Uint8Array(22).fill(0x0b), new Uint8Array(), new Uint8Array()).toString('hex') ===
    '8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d',
  // McGrew and Viega, test case 14 (zero key, nonce and block).
  'aes-256-gcm': () => {
    const key = new Uint8Array(32);
    const nonce = new Uint8Array(12);
    const sealed = sealAead(key, nonce, new Uint8Array(), new Uint8Array(16));
    const hex = 'cea7403d4d606b6e074ec5d3baf39d18d0d1c8a799996bf0265b98b5d48ab919';
    return sealed.toString('hex') === hex && openAead(key, nonce, new Uint8Array(), sealed)?.length === 16;
  },
  // RFC 7914, first vector, first 32 bytes.
  scrypt: async () =>
    (await stretchPassphrase('', new Uint8Array(), { n: 16, r: 1, p: 1 })).toString('hex') ===
    '77d6576238657b203b19ca42c18a0497f16b4844e3074ae8dfdffa3fede21442',
  x25519: () => {
    const one = newX25519Pair();
    const other = newX25519Pair();
    const left = x25519(one.privateKey, other.publicKey);
    const right = x25519(other.privateKey, one.publicKey);
    return (
      left !== undefined &&
      right !== undefined &&
      sameBytes(left, right) &&
      sameBytes(x25519PublicKey(one.privateKey), one.publicKey) &&
      x25519(one.privateKey, new Uint8Array(32)) === undefined
    );
  },
};

/** Call once at start. `engine.missing-feature` {feature} names the first thing this Node or Electron cannot do. */
export async function assertPlatformFeatures(): Promise<void> {
  for (const [feature, probe] of Object.entries(probes)) {
    let works: boolean;
    try {
      works = await probe();
    } catch (error) {
      throw new AppError('engine.missing-feature', { feature }, { cause: error });
    }
    if (!works) throw new AppError('engine.missing-feature', { feature });
  }
}
