import type { Manifest } from './snapshot.ts';

/** The checks of a run that name tables the snapshot does not hold although the server had them. `facts.tables` lists them. */
export const lostChecks = { unreadable: 'tables-readable', moved: 'schema-still' } as const;

/** Full names of the tables that a snapshot was made without. */
export function lostTables({ checks }: Pick<Manifest, 'checks'>): string[] {
  const failed = checks.filter(({ id, ok }) => !ok && Object.values<string>(lostChecks).includes(id));
  return failed.flatMap(({ facts }) => String(facts['tables'] ?? '').split(', ')).filter((name) => name !== '');
}

/** The check of a run that names views which the shop itself can no longer use. `facts.objects` lists them; they are in the snapshot. */
export const brokenViewsCheck = 'views-valid';

/** `database.view` of each of them. */
export function brokenViews({ checks }: Pick<Manifest, 'checks'>): Set<string> {
  const failed = checks.filter(({ id, ok }) => !ok && id === brokenViewsCheck);
  return new Set(failed.flatMap(({ facts }) => String(facts['objects'] ?? '').split(', ')));
}
