import { AppError } from '../../../../shared/errors/app-error.ts';
import type { VerbInput, VerbOutput } from '../../../../shared/ipc/engine-verbs.ts';
import type { Group } from '../../../../shared/model/breakdown.ts';
import type { LedgerDefinition } from '../../../../shared/model/database.ts';
import type { ShrunkSource } from '../../../../shared/model/retention.ts';
import { dateOf, newestFirst } from '../../../../shared/model/snapshot-order.ts';
import type { Manifest } from '../../../../shared/model/snapshot.ts';
import { findNewStatuses, type StatusPoint } from '../../retention/find-new-statuses.ts';
import type { EngineContext, Run } from '../engine-context.ts';
import { shrinkingTables } from '../shrinking-tables.ts';
import { findSnapshot, findSource } from './lookup.ts';
import { ensureCatalogBuilt } from './refresh-catalog.ts';
import { confirmedShrinkAction, confirmedShrinks } from './retention-facts.ts';
import { digester, findShrunk } from './shrunk-sources.ts';

type Shown = VerbOutput<'ledgers.show'>;

/** The money of one snapshot, told apart, and what is odd about the newest. */
export async function ledgersShow(
  context: EngineContext,
  { source: name, snapshot }: VerbInput<'ledgers.show'>,
  run: Run,
): Promise<Shown> {
  await ensureCatalogBuilt(context, run.signal);
  if (context.catalog.snapshots(name).length === 0) await findSource(context, name);
  const alarm = await alarmOf(context, name);
  const newStatuses = newStatusesOf(context, name);
  const [newest] = newestFirst(context.catalog.snapshots(name), ({ manifest }) => dateOf(manifest));
  const found = snapshot === null ? newest?.snapshot : findSnapshot(context, snapshot, name);
  if (found === undefined) return { source: name, snapshot: null, ledgers: [], counts: [], alarm, newStatuses };
  const { manifest } = found;
  return {
    source: name,
    snapshot: { id: manifest.id, at: manifest.at },
    ledgers: manifest.ledgers.map((result) => {
      const definition = manifest.ledgerDefinitions.find((each) => each.name === result.name);
      const told = manifest.breakdowns?.find(({ ledger }) => ledger === result.name);
      const { day } = definition ?? {};
      return {
        ...result,
        unit: definition?.unit ?? 'yuan',
        paidValues: definition?.paidValues ?? [],
        ...(told === undefined ? {} : { by: told.by, byEqual: told.equal }),
        ...(day === undefined || told?.by.day === undefined || told.by.day.tooMany === true
          ? {}
          : {
              today: dayBefore(manifest, day, told.by.day.of, 0),
              yesterday: dayBefore(manifest, day, told.by.day.of, 1),
            }),
      };
    }),
    counts: manifest.counts ?? [],
    alarm,
    newStatuses,
  };
}

/** A person has looked at what is odd, and it is their own doing. Error: `snapshot.unknown` for any but the newest that was found odd. */
export async function ledgersConfirm(
  context: EngineContext,
  { source, snapshot }: VerbInput<'ledgers.confirm'>,
  run: Run,
): Promise<VerbOutput<'ledgers.confirm'>> {
  await ensureCatalogBuilt(context, run.signal);
  const alarm = await alarmOf(context, source);
  if (alarm === null || !alarm.snapshot.startsWith(snapshot.toLowerCase()))
    throw new AppError('snapshot.unknown', { snapshot });
  const { at, rowsBefore, rowsAfter, evidence } = alarm;
  await context.home.audit.append(confirmedShrinkAction, {
    source,
    snapshot: alarm.snapshot,
    at,
    rowsBefore,
    rowsAfter,
    evidence,
  });
  context.onCatalogChanged();
  return { confirmed: alarm.snapshot };
}

/** What tidying up would refuse for, from what this computer knows of the timeline; null: nothing, or a person has confirmed it. */
export async function alarmOf(context: EngineContext, source: string): Promise<ShrunkSource | null> {
  const digest = digester(await shrinkingTables(context));
  const points = context.catalog
    .snapshots(source)
    .map(({ manifest }) => ({ sourceId: manifest.source.id, digest: digest(manifest) }));
  return findShrunk(points, await confirmedShrinks(context), context.clock.nowMs())[0] ?? null;
}

function newStatusesOf(context: EngineContext, source: string): Shown['newStatuses'] {
  const placed = newestFirst(context.catalog.snapshots(source), ({ manifest }) => dateOf(manifest)).reverse();
  return findNewStatuses(placed.map(({ snapshot: { manifest } }) => statusesOf(manifest)));
}

function statusesOf({ at, breakdowns = [], ledgerDefinitions }: Manifest): StatusPoint {
  const ledgers = breakdowns.flatMap(({ ledger, by: { status } }) => {
    const paidValues = ledgerDefinitions.find(({ name }) => name === ledger)?.paidValues ?? [];
    return status === undefined || status.tooMany === true ? [] : [{ name: ledger, paidValues, status }];
  });
  return { at, ledgers };
}

/** A day of the shop: that of the snapshot, or so many before it. */
function dayBefore({ at }: Manifest, day: NonNullable<LedgerDefinition['day']>, of: readonly Group[], days: number) {
  const localMs = Date.parse(at) + day.utcOffsetMinutes * 60_000 - days * 86_400_000;
  const date = new Date(localMs).toISOString().slice(0, 10);
  const [, rows, sum] = of.find(([value]) => value === date) ?? [date, 0, '0'];
  return { day: date, rows, sum };
}
