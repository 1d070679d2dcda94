import type { z } from 'zod';
import {
  databaseRecordSchema,
  tableRecordSchema,
  type DatabaseRecord,
  type TableRecord,
} from '../../../shared/model/database.ts';
import { redisRecordSchema, type RedisRecord } from '../../../shared/model/redis-settings.ts';
import { accountsRecordSchema, type AccountsRecord } from '../../../shared/model/accounts.ts';
import type { SitePage } from '../../../shared/model/site-files.ts';
import { manifestSchema, type Manifest } from '../../../shared/model/snapshot.ts';
import { utf8 } from './crypto/primitives.ts';
import { canonicalJson } from './canonical-json.ts';
import { damaged, parseManifestName } from './format.ts';

/** The JSON inside manifests and records. Decrypted JSON is still checked: whoever had the keys may have been a bug. */

/** Keys sorted, so that the same record put together another way is the same object. Numbers are integers. */
export function recordBytes(
  record: Manifest | TableRecord | DatabaseRecord | AccountsRecord | SitePage | RedisRecord,
): Uint8Array {
  return utf8(canonicalJson(record));
}

/** Also refuses a manifest whose id or instant differs from its name. */
export function parseManifest(name: string, payload: Uint8Array): Manifest {
  const manifest = parseRecord(name, manifestSchema, payload);
  const parts = parseManifestName(name);
  const second = new Date(manifest.at).toISOString().slice(0, 19);
  if (parts?.id !== manifest.id || parts.at.slice(0, 19) !== second) throw damaged(name, 'name');
  return manifest;
}

export function parseTableRecord(id: string, payload: Uint8Array): TableRecord {
  return parseRecord(id, tableRecordSchema, payload);
}

export function parseDatabaseRecord(id: string, payload: Uint8Array): DatabaseRecord {
  return parseRecord(id, databaseRecordSchema, payload);
}

export function parseRedisRecord(id: string, payload: Uint8Array): RedisRecord {
  return parseRecord(id, redisRecordSchema, payload);
}

export function parseAccountsRecord(id: string, payload: Uint8Array): AccountsRecord {
  return parseRecord(id, accountsRecordSchema, payload);
}

/** Ids of all rows objects of a table, open and sealed, in range order. */
export function chunksOfTable(record: TableRecord): string[] {
  return record.ranges.flatMap(({ chunks }) =>
    chunks.flatMap(({ id, sealedId }) => (sealedId === null ? [id] : [id, sealedId])),
  );
}

/** Error: `repository.damaged` reason `content`. */
export function parseRecord<T>(object: string, schema: z.ZodType<T>, payload: Uint8Array): T {
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(payload));
  } catch (error) {
    throw damaged(object, 'content', error);
  }
  const parsed = schema.safeParse(json);
  if (!parsed.success) throw damaged(object, 'content', parsed.error);
  return parsed.data;
}
