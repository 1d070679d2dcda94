import type { CommandOutput } from '../../../shared/ipc/contract.ts';
import type { SnapshotSummary } from '../../../shared/model/snapshot.ts';

/** The money of the sample shop. A shop whose name holds `odd` has an alarm. */
export function sampleMoney(
  source: string,
  snapshot: SnapshotSummary | undefined,
  isAlarmed = false,
): CommandOutput<'ledgers.show'> {
  if (snapshot === undefined) return { source, snapshot: null, ledgers: [], counts: [], alarm: null, newStatuses: [] };
  const { id, at, rows } = snapshot;
  return {
    source,
    snapshot: { id, at },
    ledgers: snapshot.ledgers.map((ledger) => ({
      ...ledger,
      unit: 'yuan' as const,
      paidValues: ['4'],
      byEqual: true,
      by: {
        status: {
          of: [
            ['4', 3120, '45120.50'],
            ['1', 210, '2980.00'],
            ['-1', 88, '912.00'],
          ],
        },
        day: {
          of: [
            ['2026-11-23', 42, '612.30'],
            ['2026-11-22', 57, '842.00'],
            ['2026-11-21', 49, '700.90'],
          ],
        },
      },
      today: { day: '2026-11-23', rows: 42, sum: '612.30' },
      yesterday: { day: '2026-11-22', rows: 57, sum: '842.00' },
    })),
    counts: [
      { id: 'unsold-cards', name: 'unsold-cards', rows: 1840, sum: null, equal: true },
      {
        id: 'undelivered-orders',
        name: 'undelivered-orders',
        rows: 3,
        sum: '58.00',
        unit: 'yuan',
        currency: 'CNY',
        equal: true,
      },
    ],
    newStatuses:
      !source.includes('odd') && !isAlarmed
        ? []
        : snapshot.ledgers.map(({ name }) => ({ ledger: name, value: '9', rows: 34, sum: '480.00', since: at })),
    alarm:
      !source.includes('odd') && !isAlarmed
        ? null
        : {
            source,
            snapshot: id,
            at,
            rowsBefore: rows,
            rowsAfter: rows,
            evidence: 'orders 4 → 5 3120 → 2620',
            findings: [{ kind: 'status-flip', name: 'orders', detail: '4 → 5', before: 3120, after: 2620, since: at }],
          },
  };
}
