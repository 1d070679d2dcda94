import { AppError } from '../../../../shared/errors/app-error.ts';
import {
  decodeObject,
  idOfChunkName,
  isDeedName,
  parseHeader,
  parseManifestName,
  parseStreamName,
  unlockWithPassphrase,
  type ChunkKind,
  type MainKeys,
} from '../../../engine/repository/index.ts';
import { objectKinds } from '../../../engine/repository/format.ts';
import { decodeNamedObject } from '../../../engine/repository/objects/named-object.ts';

/** What a thief with a whole copy and the main passphrase reads: of every object its text, unpacked, but of those in the vault. */
export async function keysOfThief(header: Uint8Array, passphrase: string): Promise<MainKeys> {
  return unlockWithPassphrase(parseHeader(header), passphrase);
}

export type Opened = { readonly payload: Uint8Array } | 'sealed' | 'not-encrypted';

/** An object of a copy, by its name there. Throws what does not open and is not in the vault either. */
export function openWithMainKey(keys: MainKeys, name: string, bytes: Buffer): Opened {
  const id = idOfChunkName(name);
  if (id !== undefined) {
    const kind = kindOf(bytes);
    try {
      return { payload: decodeObject(keys, id, bytes, { expectedKind: kind }).payload };
    } catch (error) {
      if (error instanceof AppError && error.code === 'keys.vault-closed') return 'sealed';
      throw error;
    }
  }
  const named =
    parseManifestName(name) !== undefined
      ? 'manifest'
      : parseStreamName(name) !== undefined
        ? 'stream'
        : isDeedName(name)
          ? 'deed'
          : null;
  return named === null ? 'not-encrypted' : { payload: decodeNamedObject(keys, name, named, bytes) };
}

function kindOf(bytes: Buffer): ChunkKind {
  const found = Object.entries(objectKinds).find(([, byte]) => byte === bytes[5]);
  if (found === undefined) throw new Error('an object of no kind');
  return found[0] as ChunkKind;
}
