import type { SchemaObject } from '../../../shared/model/database.ts';
import { renameDatabases, triggeredTable, type Renames } from '../source/mysql/load/index.ts';
import { asEnabledEvent } from '../source/mysql/load/event-status.ts';
import type { Content, CrossingKey, Exchange, Places } from './exchange.ts';
import { toParentIn } from './foreign-keys.ts';
import type { ChildKey, Picture } from './picture.ts';

export interface ExchangeRequest {
  readonly direction: Exchange['direction'];
  readonly ends: Exchange['ends'];
  readonly back: Exchange['back'];
  readonly startedAt: string;
  /** False: only some tables were restored, and whatever else the live databases have stays. */
  readonly whole: boolean;
  readonly databases: readonly Places[];
  /** Of every live and every waiting database. */
  readonly pictures: readonly Picture[];
  /** Foreign keys of the server into the live databases. */
  readonly keysIntoLive: readonly ChildKey[];
  /** `database.event` (live names) of the events that the snapshot had enabled: beside the shop they are kept from running. */
  readonly enabledEvents: readonly string[];
  /** The exchange before this one, when what waits left the shop in it: then it is known how it was there. */
  readonly last: Exchange | null;
}

/** What moves, and what has to be written down to do it: from pictures alone, so that every case can be tested. */
export function planExchange(request: ExchangeRequest): Exchange {
  const { direction, ends, back, startedAt, whole, databases, last } = request;
  const tables = databases.flatMap((places) => movingTables(request, places));
  const leaving = databases.map(({ live }) => contentOf(pictured(request, live)));
  const wanted = !whole ? leaving : (last?.leaving ?? databases.map((places) => contentBeside(request, places)));
  return {
    direction,
    ends,
    back,
    isWayBack: false,
    startedAt,
    whole,
    databases: [...databases],
    tables,
    wanted,
    leaving,
    keys: crossingKeys(request, tables),
  };
}

function pictured({ pictures }: ExchangeRequest, database: string): Picture {
  const found = pictures.find((each) => each.database === database);
  if (found === undefined) throw new Error(`no picture of ${database}`);
  return found;
}

function movingTables(request: ExchangeRequest, { live, from }: Places): Exchange['tables'] {
  const there = new Set(pictured(request, live).movable);
  const waiting = new Set(pictured(request, from).movable);
  const came = new Set(
    request.last?.tables.filter(({ database, comes }) => comes && database === live).map(({ name }) => name) ?? [],
  );
  return [...new Set([...there, ...waiting])]
    .sort()
    .map((name) => ({
      database: live,
      name,
      leaves: there.has(name) && (request.whole || waiting.has(name) || came.has(name)),
      comes: waiting.has(name),
    }))
    .filter(({ leaves, comes }) => leaves || comes);
}

function contentOf({ database, isThere, characterSet, collation, objects }: Picture): Content {
  return { database, isThere, characterSet, collation, objects: [...objects] };
}

/** What lies beside speaks of itself by the names beside, and its events are off. */
function contentBeside(request: ExchangeRequest, { live, from }: Places): Content {
  const names: Renames = new Map(request.databases.map((each) => [each.from, each.live]));
  const enabled = new Set(request.enabledEvents);
  const asLive = (object: SchemaObject): SchemaObject => {
    const ddl = renameDatabases(object.ddl, names, object.sqlMode);
    const isOn = object.kind === 'event' && enabled.has(`${live}.${object.name}`);
    return { ...object, ddl: isOn ? asEnabledEvent(ddl, object.sqlMode) : ddl };
  };
  const content = contentOf(pictured(request, from));
  return { ...content, database: live, isThere: true, objects: content.objects.map(asLive) };
}

function crossingKeys(request: ExchangeRequest, tables: Exchange['tables']): CrossingKey[] {
  const { databases, last } = request;
  const leaves = (database: string, table: string) =>
    tables.some((each) => each.leaves && each.database === database && each.name === table);
  const comes = (database: string, table: string) =>
    tables.some((each) => each.comes && each.database === database && each.name === table);
  const keys: CrossingKey[] = [];
  for (const { live, from } of databases) {
    for (const { schema, keys: own } of pictured(request, live).tables) {
      if (!leaves(live, schema.name)) continue;
      for (const key of own)
        if (!leaves(key.parent.database, key.parent.table))
          keys.push({ of: 'leaves', database: live, table: schema.name, name: key.name, clause: key.clause });
    }
    for (const { schema, keys: own } of pictured(request, from).tables) {
      for (const key of own) {
        const parentPlaces = databases.find((each) => each.from === key.parent.database);
        if (parentPlaces === undefined || comes(parentPlaces.live, key.parent.table)) continue;
        const { clause } = toParentIn(key, parentPlaces.live);
        keys.push({ of: 'comes', database: live, table: schema.name, name: key.name, clause });
      }
    }
  }
  // What was taken from a table when it left the shop comes back with it.
  for (const key of last?.keys ?? [])
    if (key.of === 'leaves' && comes(key.database, key.table)) keys.push({ ...key, of: 'comes' });
  for (const { database, table, key } of request.keysIntoLive) {
    const { parent } = key;
    const isOut = leaves(database, table) || databases.some(({ from }) => from === database);
    if (isOut || !leaves(parent.database, parent.table) || !comes(parent.database, parent.table)) continue;
    keys.push({ of: 'stays', database, table, name: key.name, clause: key.clause });
  }
  return keys;
}

/** The triggers of a content that stand on one of these tables. */
export function triggersOn({ objects }: Content, isOne: (table: string) => boolean): SchemaObject[] {
  return objects.filter(({ kind, ddl, sqlMode }) => {
    const table = kind === 'trigger' ? triggeredTable(ddl, sqlMode) : null;
    return table !== null && isOne(table);
  });
}
