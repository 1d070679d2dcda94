import { z } from 'zod';
import { AppError, isAppErrorOf } from '../../../shared/errors/app-error.ts';
import type { BlobStore } from '../backend/blob-store.ts';
import { jsonOf } from '../platform/json-of.ts';
import { canonicalJson } from './canonical-json.ts';
import { hmacSha256, sameBytes, utf8 } from './crypto/primitives.ts';
import { diskMarkerName, maxDiskMarkerBytes } from './format.ts';
import { diskMarkerMacKey, type MainKeys } from './keys/main-keys.ts';

const markerVersion = 1;

const markerSchema = z.strictObject({
  product: z.literal('shouhu'),
  marker: z.literal(markerVersion),
  destination: z.uuid(),
  repository: z.uuid(),
  volume: z.string().max(64).nullable(),
  place: z.string().max(80).nullable(),
  createdAt: z.iso.datetime(),
  mac: z.string().regex(/^[0-9a-f]{64}$/),
});

/** `shouhu-disk.json` (FORMAT.md §12): which of the owner's disks a folder is. Public, authentic, no part of the data. */
export type DiskMarker = Omit<z.infer<typeof markerSchema>, 'mac'>;
export type DiskMarkerFields = Pick<DiskMarker, 'destination' | 'volume' | 'place' | 'createdAt'>;

/**
 * The marker in `bytes`, proven to be one of these keys. Errors: `disk.marker-refused` {reason}: `unreadable` for anything that is no marker,
 * `foreign` for another repository's, `changed` when the mac does not hold; `repository.newer-format`.
 */
export function parseDiskMarker(bytes: Uint8Array, keys: MainKeys): DiskMarker {
  if (bytes.length > maxDiskMarkerBytes) throw refused('unreadable');
  const json = jsonOf(bytes);
  const version = z.looseObject({ product: z.literal('shouhu'), marker: z.int().positive() }).safeParse(json);
  if (version.success && version.data.marker > markerVersion)
    throw new AppError('repository.newer-format', { found: version.data.marker, known: markerVersion });
  const parsed = markerSchema.safeParse(json);
  if (!parsed.success) throw refused('unreadable', parsed.error);
  const { mac, ...marker } = parsed.data;
  if (marker.repository !== keys.repositoryId) throw refused('foreign');
  if (!sameBytes(macOf(keys, marker), Buffer.from(mac, 'hex'))) throw refused('changed');
  return marker;
}

/** The marker on this store, or undefined when there is none. Errors: those of `parseDiskMarker` and of the store. */
export async function findDiskMarker(
  store: BlobStore,
  keys: MainKeys,
  signal: AbortSignal,
): Promise<DiskMarker | undefined> {
  try {
    return parseDiskMarker(await store.get(diskMarkerName, { signal, maxBytes: maxDiskMarkerBytes }), keys);
  } catch (error) {
    if (isAppErrorOf(error, 'backend.blob-missing')) return undefined;
    if (isAppErrorOf(error, 'backend.rejected')) throw refused('unreadable', error);
    throw error;
  }
}

/** Writes or replaces the marker. The caller has made sure that the folder holds this destination's repository. */
export async function writeDiskMarker(
  store: BlobStore,
  keys: MainKeys,
  fields: DiskMarkerFields,
  signal: AbortSignal,
): Promise<DiskMarker> {
  const marker: DiskMarker = {
    product: 'shouhu',
    marker: markerVersion,
    repository: keys.repositoryId,
    destination: fields.destination,
    volume: fields.volume,
    place: fields.place,
    createdAt: fields.createdAt,
  };
  const text = `${JSON.stringify({ ...marker, mac: macOf(keys, marker).toString('hex') }, null, 2)}\n`;
  await store.put(diskMarkerName, utf8(text), { mode: 'replace', signal });
  return marker;
}

function macOf(keys: MainKeys, marker: DiskMarker): Buffer {
  const text = canonicalJson({ ...marker, mac: '' });
  return hmacSha256(diskMarkerMacKey(keys), utf8('shouhu-v1 disk-marker\n'), utf8(text));
}

function refused(reason: 'unreadable' | 'foreign' | 'changed', cause?: unknown): AppError {
  return new AppError('disk.marker-refused', { reason }, { cause });
}
