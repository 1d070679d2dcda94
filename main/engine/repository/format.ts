import { AppError } from '../../../shared/errors/app-error.ts';

/**
 * The constants of repository format 1 (FORMAT.md): names, kinds, limits. They never change; a change is another format.
 */
export const formatVersion = 1;
/**
 * In the header of a repository whose vault was given new keys, and nowhere else: a program that does not know of former keys would take what is sealed to
 * them for damage, and would go on sealing to the old one. Objects stay as they are.
 */
export const rotatedFormatVersion = 2;

/** Most former keys of a vault. */
export const maxFormerVaultKeys = 64;

export const headerName = 'shouhu.json';
export const readmeName = 'README.txt';
export const recoverScriptName = 'recover.mjs';
export const diskMarkerName = 'shouhu-disk.json';

/** Kinds of object and the byte that stands for each in envelope and object id. */
export const objectKinds = {
  rows: 1,
  'rows-sealed': 2,
  table: 3,
  schema: 4,
  file: 5,
  binlog: 6,
  manifest: 7,
  stream: 8,
  'blob-index': 9,
  accounts: 10,
  deed: 11,
  'file-tree': 12,
  settings: 13,
  'git-pack': 14,
} as const;
export type ObjectKind = keyof typeof objectKinds;
/** Kinds that are stored under `chunks/` and named by their content. */
export type ChunkKind = Exclude<ObjectKind, 'manifest' | 'stream' | 'deed'>;

/** Which key opens an object: `main` daily work, `vault` only the card vault. */
export const objectSlots = { main: 0, vault: 1 } as const;
export type ObjectSlot = keyof typeof objectSlots;

/** 1.1 GiB: longer than any packet a MySQL server can send (1 GiB), short enough to hold in memory. Bytes. */
export const maxPlaintextBytes = 1_181_116_006;
/** An object is at most its plaintext, its frames' heads and tags, and the envelope. Bytes. */
export const maxObjectBytes = maxPlaintextBytes + 64 * 1024;
/** A manifest or stream record is small; a hostile one may not be big. Bytes. */
export const maxNamedPlaintextBytes = 256 * 1024 * 1024;
export const maxNamedObjectBytes = maxNamedPlaintextBytes + 64 * 1024;
/** A deed names snapshots, some hundred bytes each: years of nights are a few megabytes. Bytes as stored. */
export const maxDeedBytes = 64 * 1024 * 1024;
export const maxHeaderBytes = 256 * 1024;
export const maxLeaseBytes = 16 * 1024;
export const maxDiskMarkerBytes = 16 * 1024;

const idShape = /^[0-9a-f]{64}$/;
const uuidPart = '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}';
const chunkNameShape = /^chunks\/([0-9a-f]{2})\/([0-9a-f]{64})$/;
const manifestNameShape = new RegExp(`^manifests/(\\d{4})(\\d\\d)(\\d\\d)T(\\d\\d)(\\d\\d)(\\d\\d)Z-(${uuidPart})$`);
const streamNameShape = new RegExp(`^streams/(${uuidPart})/(\\d{12})-(${uuidPart})$`);
const deedNameShape = new RegExp(`^deeds/\\d{8}T\\d{6}Z-(${uuidPart})$`);
const leaseNameShape = new RegExp(`^leases/(${uuidPart})\\.json$`);

/**
 * Whether an object of this name is locked against deletion where the bucket locks: what never changes once it is there (§1), and the header,
 * without which nobody can read any of it. Replacing that one makes a new version; the old ones stay for their days.
 */
export function isLockedName(name: string): boolean {
  return name === headerName || /^(chunks|manifests|streams|deeds)\//.test(name);
}

export function isObjectId(text: string): boolean {
  return idShape.test(text);
}

/** `chunks/<first two hex digits>/<id>`. A malformed id is a bug of the caller or a hostile record: `repository.damaged`. */
export function chunkName(id: string): string {
  if (!isObjectId(id)) throw damaged('chunks/', 'id');
  return `chunks/${id.slice(0, 2)}/${id}`;
}

/** The object id in a stored name, or undefined when the name is not a chunk's. */
export function idOfChunkName(name: string): string | undefined {
  const match = chunkNameShape.exec(name);
  return match?.[2]?.startsWith(match[1] ?? '-') === true ? match[2] : undefined;
}

/** `manifests/20261122T140000Z-<snapshot id>`: sorts by the instant the snapshot shows. `at` is ISO 8601 UTC. */
export function manifestName(at: string, id: string): string {
  return `manifests/${compactSecond(at)}Z-${id}`;
}

function compactSecond(at: string): string {
  return new Date(at).toISOString().slice(0, 19).replace(/[-:]/g, '');
}

export interface ManifestNameParts {
  readonly id: string;
  /** ISO 8601 UTC, whole seconds. */
  readonly at: string;
}

export function parseManifestName(name: string): ManifestNameParts | undefined {
  const match = manifestNameShape.exec(name);
  if (match === null) return undefined;
  const [, year, month, day, hour, minute, second, id] = match;
  const at = `${year ?? ''}-${month ?? ''}-${day ?? ''}T${hour ?? ''}:${minute ?? ''}:${second ?? ''}.000Z`;
  return id === undefined || Number.isNaN(Date.parse(at)) ? undefined : { id, at };
}

/** `streams/<source id>/<sequence number, 12 digits>-<record id>`. */
export function streamName(sourceId: string, sequence: number, id: string): string {
  return `streams/${sourceId}/${sequence.toString().padStart(12, '0')}-${id}`;
}

export interface StreamNameParts {
  readonly sourceId: string;
  readonly sequence: number;
  readonly id: string;
}

export function parseStreamName(name: string): StreamNameParts | undefined {
  const match = streamNameShape.exec(name);
  const [, sourceId, sequence, id] = match ?? [];
  if (sourceId === undefined || sequence === undefined || id === undefined) return undefined;
  return { sourceId, sequence: Number(sequence), id };
}

/** `deeds/20261122T140000Z-<id>`: when it was written down, by the writer's clock, which nothing hangs on. */
export function deedName(at: string, id: string): string {
  return `deeds/${compactSecond(at)}Z-${id}`;
}

export function isDeedName(name: string): boolean {
  return deedNameShape.test(name);
}

export function leaseName(id: string): string {
  return `leases/${id}.json`;
}

export function idOfLeaseName(name: string): string | undefined {
  return leaseNameShape.exec(name)?.[1];
}

/** Why an object was refused. Stable words: they reach reports and tests. */
export type DamageReason =
  | 'not-an-object'
  | 'header'
  | 'kind'
  | 'slot'
  | 'too-large'
  | 'frame'
  | 'truncated'
  | 'extended'
  | 'tag'
  | 'seal'
  | 'outer-tag'
  | 'decompress'
  | 'id'
  | 'name'
  | 'content';

export function damaged(object: string, reason: DamageReason, cause?: unknown): AppError {
  return new AppError('repository.damaged', { object, reason }, { cause });
}
