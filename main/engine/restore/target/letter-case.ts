import type { RestoreCheck } from '../../../../shared/model/restore-check.ts';
import { found, listed } from './check.ts';

/**
 * `lower_case_table_names` (https://dev.mysql.com/doc/refman/8.4/en/identifier-case-sensitivity.html): 0: names are as they are written and differ by case · 1: kept and compared in
 * lower case · 2: kept as written, compared in lower case. It is settled when a server is initialised.
 *
 * @param names `database.table`, of tables and views
 */
export function checkLetterCase(source: string, target: string, names: readonly string[]): RestoreCheck {
  if (source === target || source === '') return found('letter-case', 'ok');
  const facts = { source, target };
  if (target === '0') {
    // Whoever wrote another case met the table all the same; here it is told apart.
    return found('letter-case', 'warn', { ...facts, names: listed(names) });
  }
  const together = new Map<string, string[]>();
  for (const name of names) together.set(name.toLowerCase(), [...(together.get(name.toLowerCase()) ?? []), name]);
  const colliding = [...together.values()].filter((each) => each.length > 1).flat();
  if (colliding.length > 0)
    return found('letter-case', 'fail', { ...facts, names: listed(colliding) }, 'restore.names-collide');
  const changing = names.filter((name) => name !== name.toLowerCase());
  return changing.length === 0 || target === '2'
    ? found('letter-case', 'ok')
    : found('letter-case', 'warn', { ...facts, names: listed(changing) });
}
