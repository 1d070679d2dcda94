import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { VerbInput, VerbOutput } from '../../../../shared/ipc/engine-verbs.ts';
import type { ShrunkSource } from '../../../../shared/model/retention.ts';
import { dateOf, newestFirst } from '../../../../shared/model/snapshot-order.ts';
import {
  judgeChecklist,
  worstOf,
  type SeenCopy,
  type SeenRotation,
  type SeenSnapshot,
  type SeenSource,
  type SeenFindings,
} from '../../checklist/judge-checklist.ts';
import type { CatalogSnapshot } from '../../catalog/catalog.ts';
import type { EngineContext, Run } from '../engine-context.ts';
import { openFindings } from '../files/open-findings.ts';
import type { AuditEntry } from '../home/audit-log.ts';
import type { SavedDestination, SavedSource } from '../home/settings-file.ts';
import type { Slot } from '../../repository/index.ts';
import { isoUtc } from '../../platform/clock.ts';
import { isNotThere } from '../../backend/disk/disk-errors.ts';
import { coverageOf } from '../coverage/coverage-of.ts';
import { seenStream } from '../stream/seen-stream.ts';
import { lookAtDisks, type LookedAt } from '../cold/look-at-disks.ts';
import { findSource } from './lookup.ts';
import { alarmOf } from './money-verbs.ts';
import { ensureCatalogBuilt } from './refresh-catalog.ts';

/** The first edition of `recover.mjs` that reads a repository whose vault was given new keys. */
const readerOfNewKeys = 2;

export async function checklistVerb(
  context: EngineContext,
  input: VerbInput<'checklist'>,
  run: Run,
): Promise<VerbOutput<'checklist'>> {
  await ensureCatalogBuilt(context, run.signal);
  const { sources, destinations } = await context.home.settings.read();
  const wanted =
    input.source === null ? sources.map(({ name }) => name) : [(await findSource(context, input.source)).name];
  const travelling = new Map((await lookAtDisks(context)).map((looked) => [looked.destination.id, looked]));
  const places = new Map(
    await Promise.all(
      destinations.map(
        async (saved) => [saved.id, await placeOf(saved, travelling.get(saved.id), context.isUnlocked())] as const,
      ),
    ),
  );
  const kit = await kitDates(context);
  const rotation = await rotationSeen(context, destinations);
  const streams = new Map(sources.map((source) => [source.name, seenStream(context, source, destinations)]));
  const alarms = new Map<string, ShrunkSource | null>();
  for (const { name } of sources) alarms.set(name, await alarmOf(context, name));
  const coverages = new Map<string, NonNullable<SeenSource['coverage']>>();
  for (const source of sources) coverages.set(source.name, await coverageOf(context, source));
  const asked = new Map(sources.map(({ name, questions = [] }) => [name, questions.map((question) => question.name)]));
  const seen = (wanted.length === 0 ? [''] : wanted).map((name): SeenSource => ({
    askedColumns: asked.get(name) ?? [],
    nowMs: context.clock.nowMs(),
    snapshots: newestFirst(context.catalog.snapshots(name), ({ manifest }) => dateOf(manifest)).map(
      ({ snapshot, notAfterMs }) =>
        seenSnapshot(context, snapshot, isoUtc(notAfterMs), places, rotation?.vaultKey ?? null),
    ),
    alarm: alarms.get(name) ?? null,
    files: seenFindings(
      context,
      sources.find((source) => source.name === name),
    ),
    coverage: coverages.get(name) ?? null,
    ...kit,
    ...(rotation === null ? {} : { rotation: rotation.seen }),
    ...streams.get(name),
    proofs: destinations.flatMap(({ id, name: destination }) => {
      const proof = context.catalog.inventory.figures(id);
      return proof === null ? [] : [{ destination, proof }];
    }),
  }));
  return { items: worstOf(seen.map(judgeChecklist)) };
}

const mostNames = 3;

function seenFindings(context: EngineContext, source: SavedSource | undefined): SeenFindings | null {
  const findings = source === undefined ? [] : openFindings(context, source);
  const [oldest] = findings;
  if (source === undefined || oldest === undefined) return null;
  const names = findings.slice(0, mostNames).map(({ path }) => path);
  return { source: source.name, at: oldest.snapshot.at, count: findings.length, names };
}

interface Place {
  readonly saved: SavedDestination;
  readonly isPresent: boolean | null;
  readonly travels?: NonNullable<SeenCopy['travels']>;
}
type Places = ReadonlyMap<string, Place>;

/** A disk that travels was looked for by its marker: at its last path there may be another one now. */
async function placeOf(saved: SavedDestination, looked: LookedAt | undefined, isUnlocked: boolean): Promise<Place> {
  if (looked === undefined) return { saved, isPresent: await isPresent(saved) };
  const { presence, history } = looked;
  // While the home is locked nobody can tell markers; that the folder is not there is seen all the same.
  const isHere = presence !== 'unknown' ? presence === 'here' : isUnlocked ? null : await isPresent(saved);
  return {
    saved,
    isPresent: isHere,
    travels: { leftAt: history.lastGoneAt, knownSince: saved.addedAt },
  };
}

function seenSnapshot(
  context: EngineContext,
  { manifest }: CatalogSnapshot,
  at: string,
  places: Places,
  presentVaultKey: string | null,
): SeenSnapshot {
  return {
    id: manifest.id,
    at,
    isGreen: manifest.checks.every(({ ok }) => ok) && manifest.ledgers.every(({ equal }) => equal),
    rows: manifest.tables.reduce((sum, table) => sum + table.rows, 0),
    isSealedToPresentKey: (manifest.vaultKey ?? null) === presentVaultKey,
    sealedTables: manifest.tables.filter(({ sealed }) => sealed).length,
    isEverySecretSealed: manifest.checks.every(({ id, ok }) => id !== 'secrets-found' || ok),
    copies: context.catalog.copies(manifest.id).flatMap(({ destinationId, copy }): SeenCopy[] => {
      const place = places.get(destinationId);
      return place === undefined
        ? []
        : [
            {
              ...copy,
              destination: place.saved.name,
              role: place.saved.role,
              site: siteOf(place.saved),
              isPresent: place.isPresent,
              ...(place.travels === undefined ? {} : { travels: place.travels }),
              ...probeOf(context, place.saved),
            },
          ];
    }),
  };
}

function probeOf({ catalog }: EngineContext, { id, kind }: SavedDestination): Pick<SeenCopy, 'probe'> {
  const probe = kind === 's3' ? catalog.inventory.probe(id) : null;
  return probe === null ? {} : { probe };
}

/** The folder, or the bucket whatever the prefix: what is lost together. */
function siteOf(destination: SavedDestination): string {
  return destination.kind === 'disk'
    ? destination.path
    : `${destination.endpoint ?? destination.provider}/${destination.bucket}`;
}

/** Looks whether a disk is plugged in right now; clouds are not asked, the checklist must answer at once. */
async function isPresent(destination: SavedDestination): Promise<boolean | null> {
  if (destination.kind !== 'disk') return null;
  try {
    await stat(join(destination.path, 'shouhu.json'));
    return true;
  } catch (error) {
    return isNotThere(error) ? false : null;
  }
}

async function kitDates(context: EngineContext): Promise<Pick<SeenSource, 'kitWrittenAt' | 'kitUsedAt'>> {
  const { entries } = await context.home.audit.read();
  const sheets = new Set(
    (await context.home.isInitialised()) ? (await context.home.readKeyring()).slots.map(({ id }) => id) : [],
  );
  const written = entries.findLast(
    ({ action, facts }) =>
      (action === 'home.init' && Number(facts['kitFiles'] ?? 0) > 0) ||
      (action === 'key.sheet-added' && facts['key'] === 'main'),
  );
  // A sheet that was revoked since opens nothing any more.
  const used = entries.findLast(
    ({ action, facts }) =>
      (action === 'recover' && facts['by'] === 'words') ||
      (action === 'kit.rehearse' && facts['key'] === 'main' && sheets.has(String(facts['slot']))),
  );
  return { kitWrittenAt: written?.at ?? null, kitUsedAt: used?.at ?? null };
}

/** What became of the sheets since the vault was last given new keys; null: it never was. */
async function rotationSeen(
  { home }: EngineContext,
  destinations: readonly SavedDestination[],
): Promise<{ readonly seen: SeenRotation; readonly vaultKey: string } | null> {
  if (!(await home.isInitialised())) return null;
  const { slots, vault } = await home.readKeyring();
  const at = vault.former?.at(-1)?.retiredAt;
  const first = vault.former?.[0]?.retiredAt;
  if (at === undefined || first === undefined) return null;
  const { entries } = await home.audit.read();
  const { behind } = await home.keyBook.read();
  const sheets = new Set(vault.slots.map(({ id }) => id));
  // Printed since the vault was first given new keys, or with a reader on it that knew of that before.
  const isNew = ({ id, createdAt }: Slot) =>
    createdAt > first ||
    entries.some(
      ({ action, facts }) =>
        Number(facts['reader'] ?? 0) >= readerOfNewKeys &&
        (action === 'home.init' || (action === 'key.sheet-added' && facts['slot'] === id)),
    );
  const isTried = ({ action, facts, at: triedAt }: AuditEntry) =>
    action === 'kit.rehearse' && facts['key'] === 'vault' && sheets.has(String(facts['slot'])) && triedAt > at;
  return {
    vaultKey: vault.publicKey,
    seen: {
      at,
      isMainSheetNew: slots.some((slot) => slot.kind !== 'passphrase' && isNew(slot)),
      isVaultSheetTried: entries.some(isTried),
      behind: destinations.flatMap(({ id, name }) => (behind[id] === undefined ? [] : [name])),
    },
  };
}
