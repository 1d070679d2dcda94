import { createHash } from 'node:crypto';
import { isUtf8 } from 'node:buffer';
import type { CoverageKind, CoverageLook, SeenThing } from '../../../../shared/model/coverage.ts';
import type { RedisItem } from '../../../../shared/model/redis-settings.ts';
import { shownName, type FoundPlace, type LookedAround } from '../../source/files/index.ts';
import type { ListedDatabase, ListedServer } from '../../source/mysql/index.ts';

/** What a look brought back, before it is made into things with names that can be remembered. */
export interface LookedServer {
  /** Null: it could not be asked. */
  readonly server: ListedServer | null;
  readonly files: LookedAround | null;
  /** Lines of the login's own crontab that do something; null: it has none, or it is not shown. */
  readonly cronLines: number | null;
  readonly login: string;
  /** What the shop's programs keep in Redis. */
  readonly redis: readonly RedisItem[];
  /** What could not be looked at as a whole, with an error's code. */
  readonly failed: readonly { readonly what: 'server' | 'files'; readonly code: string }[];
}

type Thing = Omit<SeenThing, 'since'>;

/**
 * Things by stable ids. `since` of what the look before had stays; what is new is since now. With no look before, nothing is new.
 */
export function thingsSeen(looked: LookedServer, at: string, before: CoverageLook | null): CoverageLook {
  const known = new Map((before?.things ?? []).map(({ id, since }) => [id, since]));
  const carried = (isMine: (thing: SeenThing) => boolean): Thing[] => (before?.things ?? []).filter(isMine);
  const all = [
    // What could not be asked this time is as it was the last time: nothing goes because nobody looked.
    ...(looked.server === null ? carried(({ kind }) => ofDatabases.has(kind)) : []),
    ...(looked.files === null ? carried(({ kind }) => ofFiles.has(kind)) : []),
    ...(looked.server?.databases.flatMap(databaseThings) ?? []),
    ...(looked.server === null ? [] : [{ ...named('accounts', 'users'), matters: false, facts: {} }]),
    ...(looked.files?.places.map(placeThing) ?? []),
    ...(looked.cronLines === null || looked.cronLines === 0
      ? []
      : [{ ...named('crontab', looked.login), matters: false, facts: { lines: looked.cronLines } }]),
    ...looked.redis.map(({ id, keys }) => ({ ...named('redis', id), matters: true, facts: { keys: keys.join(', ') } })),
    ...unseen(looked),
  ];
  const once = new Map(all.toReversed().map((thing) => [thing.id, thing]));
  const things = [...once.values()]
    .toReversed()
    .slice(0, mostThings)
    .map((thing) => ({
      ...thing,
      since: known.get(thing.id) ?? (before === null || known.has(thing.id) ? null : at),
    }));
  return { at, things };
}

const mostThings = 20_000;
const ofDatabases: ReadonlySet<CoverageKind> = new Set([
  'database',
  'table',
  'view',
  'routine',
  'trigger',
  'event',
  'sequence',
  'accounts',
]);
const ofFiles: ReadonlySet<CoverageKind> = new Set([
  'folder',
  'volume',
  'key-file',
  'settings-file',
  'server-settings',
  'certificates',
  'crontab',
]);

/** The server's own text, harmless and short enough to be typed; else a hash stands for it in the id. */
function named(
  kind: CoverageKind,
  text: string,
  bytes: Uint8Array = Buffer.from(text),
): Pick<Thing, 'id' | 'kind' | 'name'> {
  const shown = shownName(bytes);
  const isPlain = isUtf8(bytes) && shown === text && text.length <= 300;
  const key = isPlain ? text : `#${createHash('sha256').update(bytes).digest('hex').slice(0, 24)}`;
  return { id: `${kind}:${key}`, kind, name: shown.slice(0, 400) };
}

function databaseThings({ name, things, roughBytes, hidden }: ListedDatabase): Thing[] {
  const database = named('database', name);
  const counts = (kind: string) => things.filter((thing) => thing.kind === kind).length;
  return [
    {
      ...database,
      matters: true,
      facts: { tables: counts('table'), others: things.length - counts('table'), bytes: roughBytes },
    },
    ...things.map((thing) => ({
      ...named(thing.kind, `${name}.${thing.name}`),
      within: database.id,
      matters: true,
      ...(thing.isWindow ? { obstacle: 'elsewhere' } : {}),
      facts: {},
    })),
    ...hidden.map((kind) => ({
      ...named('unseen', `${kind} ${name}`),
      within: database.id,
      matters: false,
      obstacle: 'denied',
      facts: { what: kind, name },
    })),
  ];
}

const kindOfPlace: Readonly<Record<FoundPlace['kind'], CoverageKind>> = {
  folder: 'folder',
  home: 'folder',
  volume: 'volume',
  'key-file': 'key-file',
  'settings-file': 'settings-file',
  'server-settings': 'server-settings',
  certificates: 'certificates',
};
const preparations: ReadonlySet<FoundPlace['kind']> = new Set(['home', 'server-settings', 'certificates']);

function placeThing({ kind, path, within, isFolder, entries }: FoundPlace): Thing {
  const text = path.toString('utf8');
  return {
    ...named(kindOfPlace[kind], text, path),
    ...(within === null ? {} : { within: named('folder', within.toString('utf8'), within).id }),
    matters: !preparations.has(kind),
    facts: { ...(isFolder ? { folder: true } : {}), ...(entries === null ? {} : { entries }) },
  };
}

function unseen({ server, files, failed }: LookedServer): Thing[] {
  const thing = (what: string, name: string, obstacle: string): Thing => ({
    ...named('unseen', name === '' ? what : `${what} ${name}`),
    matters: false,
    obstacle,
    facts: { what, name: shownName(Buffer.from(name)) },
  });
  return [
    ...(server?.seesAllDatabases === false ? [thing('databases', '', 'denied')] : []),
    ...(server?.isCut === true ? [thing('databases-many', '', 'too-many')] : []),
    ...(files?.blind.map(({ path, reason }) => thing('folder', path, reason)) ?? []),
    ...failed.map(({ what, code }) => thing(what, '', code)),
  ];
}
