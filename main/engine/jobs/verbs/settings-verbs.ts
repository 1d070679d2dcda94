import { AppError } from '../../../../shared/errors/app-error.ts';
import type { VerbInput, VerbOutput } from '../../../../shared/ipc/engine-verbs.ts';
import type { RedisItem, RedisRecord, WrittenKey } from '../../../../shared/model/redis-settings.ts';
import type { Manifest } from '../../../../shared/model/snapshot.ts';
import type { CatalogSnapshot } from '../../catalog/catalog.ts';
import { isoUtc } from '../../platform/clock.ts';
import { withRedis, writeSettings } from '../../source/redis/index.ts';
import type { EngineContext, Run } from '../engine-context.ts';
import { sealRedisPassword } from '../home/saved-secrets.ts';
import type { SavedRedis, SavedSource } from '../home/settings-file.ts';
import { readRedis, redisTarget, usualItems } from '../redis-of-source.ts';
import { inCacheDatabase, redisInEnvFile } from '../redis-in-env-file.ts';
import { accessOfSaved, withServerSession, type ServerSession } from '../source-session.ts';
import { chooseCopies, recordBroken, withCopies } from '../restore/open-restore.ts';
import { findHolding, findSource } from './lookup.ts';

/** The address is tried before it is saved. Errors: `redis.*`, `tunnel.*`, `usage.bad-argument` {argument: 'items'} where no program is known that keeps anything there. */
export async function settingsSet(
  context: EngineContext,
  input: VerbInput<'settings.set'>,
  run: Run,
): Promise<VerbOutput<'settings.set'>> {
  const { keys } = context.unlocked();
  const source = await findSource(context, input.source);
  const { redis } = input;
  if (redis === null) {
    await save(context, source.id, undefined);
    await context.home.audit.append('settings.set', { source: source.name, kept: false });
    return { source: source.name, items: [] };
  }
  const items = redis.items.length > 0 ? redis.items : await usualItems(source);
  if (items.length === 0)
    throw new AppError('usage.bad-argument', { argument: 'items', value: source.preset ?? 'none' });
  const { saved, reading } = await withServerSession(accessOfSaved(keys, source), run.signal, async (session) => {
    const { password, ...way } =
      'envFile' in redis ? await wayInEnvFile(session, redis, items, run) : { ...redis, items };
    const sealedPassword = password === null ? null : sealRedisPassword(keys, source.id, password);
    const saved: SavedRedis = { ...way, sealedPassword };
    const target = redisTarget(keys, { ...source, redis: saved }, session.target);
    return { saved, reading: await readRedis(target, way.items, context.clock, run.signal) };
  });
  if (reading.kind === 'unreadable') throw reading.error;
  await save(context, source.id, saved);
  await context.home.audit.append('settings.set', { source: source.name, kept: true, items: items.length });
  const found = reading.items.map(({ record, bytes, leftOut }, index) => ({
    ...(saved.items[index] ?? { id: '', database: 0, keys: [] }),
    found: record.keys.length,
    bytes,
    leftOut,
  }));
  return { source: source.name, items: found };
}

async function wayInEnvFile(
  { openFiles }: ServerSession,
  { envFile }: { readonly envFile: string },
  items: readonly RedisItem[],
  run: Run,
) {
  const files = await openFiles?.(run.signal);
  if (files === undefined) throw new AppError('redis.env-unreadable', { path: envFile, reason: 'no-ssh' });
  try {
    const { cacheDatabase, ...way } = await redisInEnvFile(files, envFile);
    return { ...way, items: inCacheDatabase(items, cacheDatabase) };
  } finally {
    files.close();
  }
}

async function save(context: EngineContext, id: string, redis: SavedRedis | undefined): Promise<void> {
  await context.home.settings.update((settings) => ({
    ...settings,
    sources: settings.sources.map((source) => {
      if (source.id !== id) return source;
      // Absent, not undefined: the file is read strictly.
      if (redis !== undefined) return { ...source, redis };
      return Object.fromEntries(Object.entries(source).filter(([name]) => name !== 'redis')) as SavedSource;
    }),
  }));
  context.onCatalogChanged();
}

export async function settingsShow(
  context: EngineContext,
  input: VerbInput<'settings.show'>,
  run: Run,
): Promise<VerbOutput<'settings.show'>> {
  const { name } = await findSource(context, input.source);
  const { manifest } = await snapshotWithSettings(context, name, input.snapshot, run.signal);
  return { snapshot: manifest.id, items: manifest.settings ?? [] };
}

/** `latest`: the newest that holds any key, so that a night in which Redis was away or empty hides nothing. */
function snapshotWithSettings(
  context: EngineContext,
  source: string,
  reference: string,
  signal: AbortSignal,
): Promise<CatalogSnapshot> {
  const holds = ({ settings = [] }: Manifest) => settings.some(({ keys }) => keys > 0);
  return findHolding(context, reference, source, holds, signal);
}

/** Errors: `settings.none` {source, snapshot}; `redis.*`, `tunnel.*`; those of the copies when none gives them. */
export async function settingsRestore(
  context: EngineContext,
  input: VerbInput<'settings.restore'>,
  run: Run,
): Promise<VerbOutput<'settings.restore'>> {
  const { keys } = context.unlocked();
  const { signal } = run;
  const source = await findSource(context, input.source);
  const snapshot = await snapshotWithSettings(context, source.name, input.snapshot, signal);
  const { redis } = source;
  const { replace, dryRun = false } = input;
  const kept = snapshot.manifest.settings ?? [];
  if (kept.length === 0 || redis === undefined)
    throw new AppError('settings.none', { source: source.name, snapshot: snapshot.manifest.id });
  const { records, from } = await recordsFrom(context, snapshot, run);
  const { clock } = context;
  const stamp = isoUtc(clock.nowMs()).replace(/[-:]/g, '').replace('T', '_').slice(0, 13);
  const written = await withServerSession(accessOfSaved(keys, source), signal, async ({ target }) => {
    const way = redisTarget(keys, { ...source, redis }, target);
    const all: WrittenKey[] = [];
    for (const record of records)
      await withRedis({ ...way, database: record.database }, signal, async (client) => {
        all.push(...(await writeSettings(client, record, { replace, dryRun, stamp, clock, signal })));
      });
    return all;
  });
  if (dryRun) return { snapshot: snapshot.manifest.id, from, keys: written };
  const count = (outcome: WrittenKey['outcome']) => written.filter((key) => key.outcome === outcome).length;
  await context.home.audit.append('settings.restore', {
    source: source.name,
    snapshot: snapshot.manifest.id,
    written: count('written'),
    replaced: count('replaced'),
  });
  return { snapshot: snapshot.manifest.id, from, keys: written };
}

async function recordsFrom(
  context: EngineContext,
  snapshot: CatalogSnapshot,
  run: Run,
): Promise<{ readonly records: readonly RedisRecord[]; readonly from: string }> {
  const destinations = await chooseCopies(context, snapshot, null, run.signal);
  return withCopies(context, destinations, null, run, async (reader) => {
    try {
      const kept = snapshot.manifest.settings ?? [];
      const records = await Promise.all(kept.map(({ chunk }) => reader.redisRecord(chunk, run.signal)));
      return { records, from: [...reader.usedCopies].join(', ') };
    } finally {
      await recordBroken(context, snapshot, reader);
    }
  });
}
