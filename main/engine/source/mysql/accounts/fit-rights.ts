import type { Grant } from '../../../../../shared/model/accounts.ts';
import { likePattern } from '../privileges.ts';

/** Databases that mean the same on every server of a flavour. */
export const systemDatabases: ReadonlySet<string> = new Set([
  'mysql',
  'information_schema',
  'performance_schema',
  'sys',
]);

/**
 * Whether a right may be given on a server where this restore has made the databases `restored` under their own names. One on a database
 * that was there before would open somebody else's data to an account that never had anything to do with them.
 *
 * @param present all databases of the target
 */
export function mayBeGiven(grant: Grant, restored: ReadonlySet<string>, present: readonly string[]): boolean {
  if ((grant.kind !== 'privileges' && grant.kind !== 'revoked') || grant.database === null) return true;
  const { database, object } = grant;
  const pattern = object === null ? likePattern(database) : null;
  const isMeant = (name: string) => (pattern === null ? name === database : pattern.test(name));
  return present.every((name) => restored.has(name) || systemDatabases.has(name.toLowerCase()) || !isMeant(name));
}

/** For people: where a right is. */
export function placeText(grant: Grant): string {
  if (grant.kind === 'roles') return grant.roles.map(({ user }) => user).join(', ');
  if (grant.kind === 'proxy') return 'PROXY';
  return `${grant.database ?? '*'}.${grant.object ?? '*'}`;
}
