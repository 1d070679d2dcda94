import { createHash } from 'node:crypto';
import type { VerbInput } from '../../../../shared/ipc/engine-verbs.ts';
import { binlogPlace } from '../../stream/index.ts';
import type { OpenRestore } from './open-restore.ts';
import type { Moment } from './point-in-time.ts';

/**
 * What a restore is asked to be, as one text: two with the same bring the same rows to the same place under the same names. The log is told by the first events
 * of its files, which hold when each was begun: after a reset the same names stand for other files. SHA-256, hex.
 */
export function wishOf(
  { source, into, as, databases, tables, accounts, overwrite }: VerbInput<'restore.run'>,
  { plan, vault }: Pick<OpenRestore, 'plan' | 'vault'>,
  moment: Moment | null,
): string {
  const target = into.kind === 'server' ? [into.target.host, into.target.port, into.target.ssh?.host ?? null] : null;
  const wish = [
    source,
    plan.manifest.id,
    into.kind,
    target,
    as,
    databases,
    tables,
    accounts === true,
    overwrite !== undefined,
    vault,
    moment === null ? null : chainOf(moment),
  ];
  return createHash('sha256').update(JSON.stringify(wish)).digest('hex');
}

function chainOf({ replay: { stretch, from, stop } }: Moment): unknown[] {
  const files = new Map(
    stretch.records.slice(from.index, stop.index + 1).map(({ record }) => [record.file, record.format]),
  );
  return [binlogPlace(stretch, from), binlogPlace(stretch, stop), [...files]];
}
