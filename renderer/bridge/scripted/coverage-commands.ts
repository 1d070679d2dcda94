import type { CommandInput, CommandOutput } from '../../../shared/ipc/contract.ts';
import { coverageFigures, type CoveredThing } from '../../../shared/model/coverage.ts';
import { AppError } from '../../../shared/errors/app-error.ts';

type Coverage = CommandOutput<'coverage.show'>;

const hour = 3_600_000;

/** A server on which most is kept, one database and a few files were never chosen, and one thing was declined long ago. */
export function coverageCommands(changed: () => void) {
  const at = new Date(Date.now() - 2 * hour).toISOString();
  const thing = (kind: CoveredThing['kind'], name: string, more: Partial<CoveredThing> = {}): CoveredThing => ({
    id: `${kind}:${name}`,
    kind,
    name,
    matters: true,
    facts: {},
    since: null,
    state: 'open',
    reason: 'not-chosen',
    by: null,
    accepted: null,
    canBeKept: false,
    ...more,
  });
  let things: CoveredThing[] = [
    ...Array.from({ length: 57 }, (_, index) =>
      thing('table', `dujiaoka.table_${index}`, {
        state: 'kept',
        reason: null,
        by: { snapshot: '00000000-0000-4000-8000-000000000001', at },
      }),
    ),
    thing('database', 'shop_old', { canBeKept: true, facts: { tables: 12, others: 1, bytes: 48_000_000 } }),
    thing('folder', '/www/wwwroot/pay.example.com', { canBeKept: true, facts: { folder: true, entries: 14 } }),
    thing('crontab', 'root', { matters: false, facts: { lines: 3 } }),
    thing('folder', '/www/wwwroot/default', {
      state: 'accepted',
      accepted: { at: new Date(Date.now() - 400 * hour).toISOString(), reason: '宝塔自带的空白页' },
    }),
    thing('unseen', 'databases', { matters: false, reason: 'cannot-see', facts: { what: 'databases', name: '' } }),
  ];
  const shown = (source: string): Coverage => ({
    source,
    lookedAt: at,
    failed: null,
    figures: coverageFigures(things),
    things,
  });
  const change = (id: string, how: (thing: CoveredThing) => Partial<CoveredThing>): void => {
    if (!things.some((each) => each.id === id)) throw new AppError('coverage.thing-unknown', { thing: id });
    things = things.map((each) => (each.id === id ? { ...each, ...how(each) } : each));
  };
  return {
    'coverage.show': ({ source }: CommandInput<'coverage.show'>) => shown(source),
    'coverage.answer': ({ source, accept, reason, askAgain }: CommandInput<'coverage.answer'>) => {
      for (const id of accept)
        change(id, () => ({ state: 'accepted', accepted: { at: new Date().toISOString(), reason } }));
      for (const id of askAgain) change(id, () => ({ state: 'open', accepted: null }));
      changed();
      return shown(source);
    },
    'coverage.keep': ({ source, things: wanted }: CommandInput<'coverage.keep'>) => {
      for (const id of wanted) change(id, () => ({ state: 'next', reason: 'next-backup', canBeKept: false }));
      changed();
      return shown(source);
    },
  };
}
