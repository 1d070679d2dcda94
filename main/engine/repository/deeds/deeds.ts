import { z } from 'zod';
import { deedSchema, deedTypes, subjectsOf, type Deed } from '../../../../shared/model/deed.ts';
import { isoUtc } from '../../platform/clock.ts';
import { newId } from '../../platform/random.ts';
import { canonicalJson } from '../canonical-json.ts';
import { utf8 } from '../crypto/primitives.ts';
import { damaged, deedName, isDeedName, maxDeedBytes } from '../format.ts';
import { decodeNamedObject, encodeNamedObject } from '../objects/named-object.ts';
import { readBlob } from '../read-blob.ts';
import type { Repository } from '../repository.ts';

/** A deed as it was found (FORMAT.md §14). */
export interface ReadDeed {
  /** Its JSON as it was written: a deed goes on to another copy as it is. */
  readonly text: string;
  readonly type: string;
  /** Null: of a type that this version does not know. It is kept, and says nothing here. */
  readonly deed: Deed | null;
  /** Nothing is in it that this version does not know. */
  readonly isPlain: boolean;
}

const anyDeedSchema = z.looseObject({ type: z.string().min(1).max(64) });

export function deedText(deed: Deed): string {
  return canonicalJson(deed);
}

/** Error: `repository.damaged` {object: name, reason: `content`}. */
export function parseDeed(name: string, text: string): ReadDeed {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw damaged(name, 'content', error);
  }
  const any = anyDeedSchema.safeParse(json);
  if (!any.success) throw damaged(name, 'content', any.error);
  const { type } = any.data;
  if (!deedTypes.includes(type)) return { text, type, deed: null, isPlain: false };
  const known = deedSchema.safeParse(json);
  if (!known.success) throw damaged(name, 'content', known.error);
  return { text, type, deed: known.data, isPlain: isSame(known.data, json) };
}

/** Names of all deeds of this copy, oldest first. */
export async function listDeeds({ store }: Repository, signal: AbortSignal): Promise<string[]> {
  const names: string[] = [];
  for await (const { name } of store.list('deeds/', signal)) if (isDeedName(name)) names.push(name);
  return names.sort();
}

/** Errors: `repository.damaged`, `repository.missing-object`, `repository.newer-format`, those of the store. */
export async function readDeed({ store, keys }: Repository, name: string, signal: AbortSignal): Promise<ReadDeed> {
  const bytes = await readBlob(store, name, { object: name, signal, maxBytes: maxDeedBytes });
  const payload = decodeNamedObject(keys, name, 'deed', bytes);
  return parseDeed(name, textOf(name, payload));
}

/**
 * Writes a deed under a name that it has elsewhere, durably; `replace` only in the place of a damaged one. What is written is the same on every copy: the JSON, not the bytes,
 * which another zstd packs otherwise.
 */
export async function putDeed(
  { store, keys }: Repository,
  name: string,
  text: string,
  { mode, signal }: { readonly mode: 'create' | 'replace'; readonly signal: AbortSignal },
): Promise<void> {
  if (!isDeedName(name)) throw new RangeError('not a name of a deed');
  parseDeed(name, text);
  await store.put(name, encodeNamedObject(keys, name, 'deed', utf8(text)), { mode, signal });
}

/** Writes a new deed, durably, sees that it can be read, and gives its name. The caller holds a lease. */
export async function addDeed(repository: Repository, deed: Deed, nowMs: number, signal: AbortSignal): Promise<string> {
  const name = deedName(isoUtc(nowMs), newId());
  const text = deedText(deed);
  await putDeed(repository, name, text, { mode: 'create', signal });
  if ((await readDeed(repository, name, signal)).text !== text) throw damaged(name, 'content');
  return name;
}

/** `<type> <subject>` of all that a deed says; empty for one of an unknown type. */
export function sayingsOf({ deed }: Pick<ReadDeed, 'deed'>): string[] {
  return deed === null ? [] : subjectsOf(deed).map((subject) => `${deed.type} ${subject}`);
}

function textOf(name: string, payload: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(payload);
  } catch (error) {
    throw damaged(name, 'content', error);
  }
}

/** Numbers that are no integers are nothing of ours, and have no canonical text. */
function isSame(deed: Deed, json: unknown): boolean {
  try {
    return canonicalJson(deed) === canonicalJson(json);
  } catch {
    return false;
  }
}
