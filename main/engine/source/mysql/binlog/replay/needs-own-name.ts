import { transactionKinds } from '../describe-statement.ts';
import { eventTypes } from '../event-types.ts';
import { expandEvent } from '../expand-event.ts';
import { parseQuery, type QueryEvent } from '../query-event.ts';
import { describeQuery, quotingOfSession, textOfQuery } from '../query-text.ts';
import type { BinlogEvent } from '../read-binlog.ts';
import { namedHere } from './named-here.ts';
import type { ReplayOptions } from './replay-log.ts';
import { scopeOf } from './statement-scope.ts';

type Scope = Pick<ReplayOptions, 'databases' | 'isWanted'> & Required<Pick<ReplayOptions, 'renames'>>;

/** They name no database, or are not done again. */
const withoutNames: ReadonlySet<string> = new Set([...transactionKinds, 'accounts']);

/**
 * Whether the event holds a statement about what is restored that cannot be done again where a database has another name: `LogReplay` would refuse it with
 * `replay.name-in-statement`. In doubt it does.
 */
export function needsOwnName(event: BinlogEvent, scope: Scope): boolean {
  return expandEvent(event.bytes, event.hasChecksum).some(
    ({ type, bytes }) => type === eventTypes.query && isUnnameable(parseQuery(bytes, bytes.length), scope),
  );
}

function isUnnameable(query: QueryEvent, { databases, isWanted = () => true, renames }: Scope): boolean {
  const text = textOfQuery(query);
  const described = describeQuery(query, text);
  if (withoutNames.has(described.kind)) return false;
  const { object, database, tables } = scopeOf(text, query.database, quotingOfSession(query.settings));
  const about =
    described.database !== null
      ? databases.has(described.database)
      : tables.length > 0
        ? tables.some((each) => databases.has(each.database) && isWanted(each.database, each.table))
        : databases.has(object === 'unknown' || object === 'table' ? query.database : database);
  return about && namedHere(query, renames) === null;
}
