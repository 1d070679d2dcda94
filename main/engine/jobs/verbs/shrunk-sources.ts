import { lostChecks } from '../../../../shared/model/lost-tables.ts';
import type { ShrinkFinding, ShrunkSource } from '../../../../shared/model/retention.ts';
import { dateOf, newestFirst, type DatedSnapshot } from '../../../../shared/model/snapshot-order.ts';
import { isFromFuture } from '../../../../shared/model/snapshot-age.ts';
import type { Manifest } from '../../../../shared/model/snapshot.ts';
import { isoUtc } from '../../platform/clock.ts';
import type { PrunableSnapshot } from '../../repository/index.ts';
import type { StayingSnapshot } from '../../stream/index.ts';
import { findShrink, type SnapshotSize } from '../../retention/find-shrink.ts';

/** What prune keeps in memory of a manifest. */
export interface SnapshotDigest extends SnapshotSize {
  readonly source: string;
  readonly isGreen: boolean;
  readonly dated: DatedSnapshot;
  /** In its server's log. */
  readonly standing: StayingSnapshot;
}

/** Checks that say that the snapshot holds less than the shop had. Red for another reason, it still says what is normal. */
const sizeChecks: ReadonlySet<string> = new Set([
  ...Object.values(lostChecks),
  'rows-equal-count',
  'plausible-size',
  'tables-still-there',
]);

/**
 * Makes digests; each name of a table is in memory once, however long the timeline. `shrinks` says which tables of a source lose rows by
 * themselves (`database.table`, lower case): they are no measure of anything.
 */
export function digester(
  shrinks: (sourceId: string) => ReadonlySet<string> = () => new Set(),
): (manifest: Manifest) => SnapshotDigest {
  const names = new Map<string, string>();
  const once = (name: string) => {
    const known = names.get(name);
    if (known === undefined) names.set(name, name);
    return known ?? name;
  };
  return (manifest) => digestOf(manifest, shrinks(manifest.source.id), once);
}

function digestOf(manifest: Manifest, shrinks: ReadonlySet<string>, once: (name: string) => string): SnapshotDigest {
  const { id, at, source, checks, ledgers } = manifest;
  const tables = manifest.tables.filter(({ database, name }) => !shrinks.has(`${database}.${name}`.toLowerCase()));
  return {
    id,
    at,
    source: once(source.name),
    dated: dateOf(manifest),
    standing: { coordinate: manifest.coordinate, isExact: manifest.lock.coordinateExact === true },
    isGreen: checks.every(({ ok }) => ok) && ledgers.every(({ equal }) => equal),
    isComplete: checks.every(({ id: check, ok }) => ok || !sizeChecks.has(check)),
    rows: tables.reduce((sum, table) => sum + table.rows, 0),
    bytes: tables.reduce((sum, table) => sum + table.textBytes, 0),
    tables: new Map(tables.map(({ database, name, rows }) => [once(`${database}.${name}`), rows])),
    ledgers: new Map(ledgers.map(({ name, rows, sum }) => [once(name), { rows, sum }])),
    money: moneyOf(manifest),
  };
}

/** Null: written before money was told apart. */
function moneyOf({ ledgers, ledgerDefinitions, breakdowns, counts = [], countDefinitions = [], tables }: Manifest) {
  if (breakdowns === undefined && counts.length === 0) return null;
  return {
    ledgers: (breakdowns ?? []).flatMap(({ ledger, by }) => {
      const definition = ledgerDefinitions.find(({ name }) => name === ledger);
      const result = ledgers.find(({ name }) => name === ledger);
      if (definition === undefined || result === undefined || result.unreadable !== undefined) return [];
      const { paidValues, day } = definition;
      return [{ name: ledger, rows: result.rows, paidValues, utcOffsetMinutes: day?.utcOffsetMinutes ?? 0, by }];
    }),
    stocks: counts.flatMap(({ id, name, rows, nextNumber, by }) => {
      const definition = countDefinitions.find((each) => each.name === name);
      const table = tables.find((each) => each.database === definition?.database && each.name === definition.table);
      if (id !== 'unsold-cards' || table === undefined) return [];
      const number = nextNumber === undefined ? null : BigInt(nextNumber);
      return [{ name, unsold: rows, tableRows: table.rows, nextNumber: number, byProduct: by ?? null }];
    }),
  };
}

/**
 * Sources whose newest snapshot here looks as if data had been deleted, unless a person confirmed it. What is newest is a question of the chain;
 * where the chain does not tell, snapshots that are ahead of `nowMs` (one night with a wrong clock) are left out of the comparison as well: they
 * would be the newest for weeks and hide what happens to the shop meanwhile.
 */
export function findShrunk(
  snapshots: readonly Pick<PrunableSnapshot<SnapshotDigest>, 'sourceId' | 'digest'>[],
  confirmed: ReadonlySet<string>,
  nowMs: number,
): ShrunkSource[] {
  const bySource = Map.groupBy(snapshots, ({ sourceId }) => sourceId);
  return [...bySource.values()].flatMap((ofSource): ShrunkSource[] => {
    const placed = newestFirst(
      ofSource.map(({ digest }) => digest),
      ({ dated }) => dated,
    ).reverse();
    const all = placed.map(({ snapshot }) => snapshot);
    const past = placed.flatMap(({ snapshot, notAfterMs }) =>
      isFromFuture(isoUtc(notAfterMs), nowMs) ? [] : [snapshot],
    );
    const timeline = past.length < all.length && findShrink(past, confirmed).length > 0 ? past : all;
    const newest = timeline.at(-1);
    const findings = findShrink(timeline, confirmed);
    const [worst] = findings;
    if (newest === undefined || worst === undefined) return [];
    const fell = timeline.findIndex(({ at }) => at === worst.since);
    const before = timeline.slice(0, fell).findLast(({ isComplete }) => isComplete) ?? timeline[0] ?? newest;
    return [
      {
        source: newest.source,
        snapshot: newest.id,
        at: newest.at,
        rowsBefore: before.rows,
        rowsAfter: newest.rows,
        evidence: evidenceOf(findings),
        findings,
      },
    ];
  });
}

const mostNames = 5;

/** Only all rows or bytes have no name. */
function evidenceOf(findings: readonly ShrinkFinding[]): string {
  const items = findings.map(({ name, detail, before, after }) =>
    [name, detail, `${before} → ${after}`].filter((word) => word !== undefined && word !== '').join(' '),
  );
  const named = items.filter((_, index) => findings[index]?.name !== '');
  const said = named.length > 0 ? named : items;
  return [...said.slice(0, mostNames), ...(said.length > mostNames ? ['…'] : [])].join(', ');
}
