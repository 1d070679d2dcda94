import type { ChecklistItem, ChecklistItemId, Evidence } from '../../../shared/model/checklist.ts';
import { coverageFigures, type CoveredThing } from '../../../shared/model/coverage.ts';
import type { ShrunkSource } from '../../../shared/model/retention.ts';
import type { ProofFigures } from '../../../shared/model/proof.ts';
import { isFromFuture } from '../../../shared/model/snapshot-age.ts';
import type { CopyState } from '../../../shared/model/snapshot.ts';

/** What was seen of one source, newest snapshot first. The judge knows nothing but this: no setting is evidence. */
export interface SeenSource {
  /** What is odd about the newest snapshot and nobody has looked at; absent or null: nothing. */
  readonly alarm?: ShrunkSource | null;
  /** What changed among the site's files and nobody has looked at. Absent or null: nothing. */
  readonly files?: SeenFindings | null;
  readonly nowMs: number;
  readonly snapshots: readonly SeenSnapshot[];
  /** From the audit log; null: never. ISO 8601. */
  readonly kitWrittenAt: string | null;
  readonly kitUsedAt: string | null;
  /** What is proven of each copy; copies that this computer has not listed are not among them. */
  readonly proofs?: readonly { readonly destination: string; readonly proof: ProofFigures }[];
  /** The vault was given new keys; absent: it never was. */
  readonly rotation?: SeenRotation;
  /** Columns that are sealed because they look like cards, and the owner has not said yet what they are. Absent: none. */
  readonly askedColumns?: readonly string[];
  /** What the last look at its server saw. Absent or null: nobody looked. */
  readonly coverage?: SeenCoverage | null;
  /** Absent: its log was never followed, as far as this computer knows. */
  readonly stream?: SeenStream;
}

export interface SeenFindings {
  readonly source: string;
  /** The snapshot that the oldest is of. ISO 8601. */
  readonly at: string;
  readonly count: number;
  /** A few, as shown. */
  readonly names: readonly string[];
}

export interface SeenCoverage {
  readonly lookedAt: string | null;
  readonly failed: { readonly at: string; readonly code: string } | null;
  readonly things: readonly CoveredThing[];
}

export interface SeenRotation {
  readonly at: string;
  /** A main sheet was printed since: those of before name a reader that is too old for what the copies are now. */
  readonly isMainSheetNew: boolean;
  /** A sheet of the vault that is good now was tried since. */
  readonly isVaultSheetTried: boolean;
  /** Copies that do not have the new keys yet. */
  readonly behind: readonly string[];
}

export interface SeenStream {
  /** Why it is not followed now; null: it is, or nobody here knows. */
  readonly trouble: 'paused' | 'off' | 'failed' | null;
  readonly copies: readonly {
    readonly destination: string;
    /** It lies on the shop's own server: what takes that takes both. */
    readonly isOnServer: boolean;
    /** Until when everything that the server had is stored there. ISO 8601. */
    readonly storedAt: string;
  }[];
}

export interface SeenSnapshot {
  readonly id: string;
  /** It was taken no later than this: what came after it on the chain bounds what a wrong clock wrote. */
  readonly at: string;
  /** Every check of the run held. */
  readonly isGreen: boolean;
  readonly rows: number;
  readonly sealedTables: number;
  /** Sealed to the key that the vault has now. Absent: true. */
  readonly isSealedToPresentKey?: boolean;
  /** No column that should be sealed was missing. */
  readonly isEverySecretSealed: boolean;
  readonly copies: readonly SeenCopy[];
}

export interface SeenCopy {
  readonly destination: string;
  /** Two destinations with one value are one place: a bucket under two prefixes, a folder under two names. */
  readonly site: string;
  readonly role: 'main' | 'second-disk' | 'cold' | 'offsite' | 'cloud';
  readonly state: CopyState;
  /** When the state was seen. */
  readonly at: string;
  readonly intact: boolean;
  /** Whether the place answers right now; null when nobody looked. */
  readonly isPresent: boolean | null;
  /** Of a cloud: how its last live test ended. Absent: none that is known. */
  readonly probe?: { readonly at: string; readonly ok: boolean };
  /** Of a disk that travels: when it was last seen to leave (null: never), and since when it is known. Absent: another kind of place. */
  readonly travels?: { readonly leftAt: string | null; readonly knownSince: string };
}

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
/** A daily rhythm with two hours of grace. */
const dailyMs = 26 * hourMs;
const weeklyMs = 7 * dayMs;
const monthlyMs = 35 * dayMs;
const freshLogMs = 60_000;
const lateLogMs = 10 * 60_000;

type State = ChecklistItem['state'];

export function judgeChecklist(seen: SeenSource): ChecklistItem[] {
  return [
    notYet('replica'),
    judgeSecondDisk(seen),
    judgeClouds(seen),
    judgeCold(seen),
    judgeRestore(seen),
    judgeVault(seen),
    judgeCoverage(seen),
    judgeKit(seen),
    judgeStream(seen),
    judgeAlarm(seen),
  ];
}

/** Whether somebody is told is not known yet; that something is odd about the shop's money, rows or files is. Files may be the owner's own work: a warning. */
function judgeAlarm({ alarm, files }: SeenSource): ChecklistItem {
  const ofFiles = files === undefined || files === null ? [] : [filesEvidence(files)];
  if (alarm === undefined || alarm === null)
    return ofFiles.length === 0 ? notYet('alarm') : item('alarm', 'warn', ofFiles, 'look-at-files');
  const { source, findings, evidence } = alarm;
  const at = findings[0]?.since ?? alarm.at;
  const ofMoney: Evidence = { id: 'money-alarm', at, facts: { source, evidence } };
  return item('alarm', 'fail', [ofMoney, ...ofFiles], 'look-at-money');
}

function filesEvidence({ source, at, count, names }: SeenFindings): Evidence {
  const files = count > names.length ? `${names.join(', ')}, …` : names.join(', ');
  return { id: 'files-alarm', at, facts: { source, count, files } };
}

/** By the copy that holds the newest of the log. On the shop's own server it counts for nothing better than a warning. */
function judgeStream({ stream, nowMs }: SeenSource): ChecklistItem {
  const trouble = stream?.trouble ?? null;
  const help = trouble === 'paused' ? 'resume-stream' : trouble === 'off' ? 'turn-on-binlog' : 'look-at-stream';
  if (stream === undefined || stream.copies.length === 0)
    return item('stream-rpo', 'unknown', [], trouble === null ? 'follow-log' : help);
  const newest = [...stream.copies].sort((a, b) => b.storedAt.localeCompare(a.storedAt));
  const evidence = newest.map(({ destination, storedAt, isOnServer }): Evidence => {
    const seconds = Math.max(0, Math.round((nowMs - Date.parse(storedAt)) / 1000));
    const id = isOnServer ? 'log-on-server' : seconds <= 2 * 60 ? 'log-stored' : 'log-behind';
    return { id, at: storedAt, facts: { destination, seconds } };
  });
  const away = newest.find(({ isOnServer }) => !isOnServer);
  if (away === undefined) return item('stream-rpo', 'warn', evidence, 'carry-log-off-server');
  const age = nowMs - Date.parse(away.storedAt);
  // Ahead of the clock: nobody knows how old it is.
  const isOk = age <= freshLogMs && !isFromFuture(away.storedAt, nowMs);
  if (isOk) return item('stream-rpo', 'ok', evidence, null);
  return item('stream-rpo', age <= lateLogMs ? 'warn' : 'fail', evidence, help);
}

const severity: Record<State, number> = { ok: 0, unknown: 1, warn: 2, fail: 3 };

/** Several shops: each item is as good as its worst shop. */
export function worstOf(lists: readonly (readonly ChecklistItem[])[]): ChecklistItem[] {
  const [first = [], ...rest] = lists;
  return first.map((item, index) =>
    rest.reduce<ChecklistItem>((worst, list) => {
      const other = list[index];
      return other !== undefined && severity[other.state] > severity[worst.state] ? other : worst;
    }, item),
  );
}

function judgeSecondDisk(seen: SeenSource): ChecklistItem {
  // The main disk under another name is not a second one.
  const main = new Set(
    seen.snapshots.flatMap(({ copies }) => copies.filter(({ role }) => role === 'main').map(({ site }) => site)),
  );
  const newest = newestCopies(seen, ({ role, site }) => role === 'second-disk' && !main.has(site))[0];
  return byAge('daily-snapshot-second-disk', seen, newest, dailyMs, 3 * dayMs, 'back-up-to-second-disk');
}

function judgeClouds(seen: SeenSource): ChecklistItem {
  const copies = newestCopies(seen, ({ role }) => role === 'cloud');
  const sites = new Set(copies.map(({ copy }) => copy.site));
  const fresh = new Set(
    copies
      .filter((found) => !isAhead(seen, found) && ageMs(seen, found.snapshot.at) <= dailyMs)
      .map(({ copy }) => copy.site),
  );
  const evidence = [...copies.map(copyEvidence), ...copies.flatMap(probeEvidence)];
  const state: State = fresh.size >= 2 ? 'ok' : sites.size >= 2 || fresh.size === 1 ? 'warn' : 'fail';
  if (state === 'ok' && copies.some(({ copy }) => copy.probe?.ok === false))
    return item('two-clouds-encrypted', 'warn', evidence, 'test-cloud');
  return item(
    'two-clouds-encrypted',
    state,
    evidence,
    state === 'ok' ? null : sites.size < 2 ? 'add-second-cloud' : 'back-up-to-clouds',
  );
}

/** Whether the cloud still took, kept, locked and gave back a test file. */
function probeEvidence({ copy: { destination, probe } }: FoundCopy): Evidence[] {
  if (probe === undefined) return [];
  return [{ id: probe.ok ? 'cloud-probed' : 'cloud-probe-failed', at: probe.at, facts: { destination } }];
}

/**
 * A disk that is still plugged in burns with the computer: it counts only while it is out. With several disks the newest copy that is out
 * decides; one that is in for its round does not take away what the others are worth.
 */
function judgeCold(seen: SeenSource): ChecklistItem {
  const all = newestCopies(seen, ({ role }) => role === 'cold' || role === 'offsite');
  const byFreshness = (found: FoundCopy | undefined) =>
    byAge('weekly-cold-offsite', seen, found, weeklyMs, 3 * weeklyMs, 'plug-in-cold-disk');
  const away = all.find(({ copy }) => copy.isPresent === false);
  const judgedAway = byFreshness(away);
  if (away !== undefined && judgedAway.state === 'ok') return withLeaving(judgedAway, away);
  const newest = all[0];
  const judged = byFreshness(newest);
  if (judged.state !== 'ok' || newest === undefined) return judged;
  // Where nobody looked, nobody knows: no tick, and nothing claimed.
  const evidence = newest.copy.isPresent === true ? [stillIn(seen, newest)] : [];
  const hasNeverLeft = newest.copy.travels?.leftAt === null && newest.copy.isPresent === true;
  return {
    ...judged,
    state: 'warn',
    evidence: [...judged.evidence, ...evidence],
    todo: hasNeverLeft ? 'cold-never-unplugged' : 'unplug-cold-disk',
  };
}

function withLeaving(judged: ChecklistItem, { copy }: FoundCopy): ChecklistItem {
  const leftAt = copy.travels?.leftAt ?? null;
  if (leftAt === null) return judged;
  const left: Evidence = { id: 'disk-left', at: leftAt, facts: { destination: copy.destination } };
  return { ...judged, evidence: [...judged.evidence, left] };
}

function stillIn(seen: SeenSource, { copy }: FoundCopy): Evidence {
  const { destination, travels } = copy;
  return travels?.leftAt === null
    ? { id: 'never-unplugged', at: travels.knownSince, facts: { destination } }
    : { id: 'still-plugged-in', at: new Date(seen.nowMs).toISOString(), facts: { destination } };
}

function judgeRestore(seen: SeenSource): ChecklistItem {
  const tested = seen.snapshots
    .flatMap((snapshot) => snapshot.copies.map((copy) => ({ snapshot, copy })))
    .filter(({ copy }) => copy.intact)
    .filter(({ copy }) => copy.state === 'restored' || copy.state === 'totals-matched')
    .sort((a, b) => (a.copy.at < b.copy.at ? 1 : -1))[0];
  if (tested === undefined) return item('restore-tested', 'fail', [], 'rehearse-restore');
  const age = ageMs(seen, tested.copy.at);
  const state: State = age <= monthlyMs ? 'ok' : age <= 3 * monthlyMs ? 'warn' : 'fail';
  const evidence: Evidence = {
    id: `copy-${tested.copy.state}`,
    at: tested.copy.at,
    facts: { destination: tested.copy.destination, rows: tested.snapshot.rows },
  };
  return item('restore-tested', state, [evidence], state === 'ok' ? null : 'rehearse-restore');
}

function judgeVault(seen: SeenSource): ChecklistItem {
  const newest = seen.snapshots[0];
  if (newest === undefined) return item('card-vault', 'unknown', [], 'first-backup');
  const evidence: Evidence = { id: 'sealed-in-snapshot', at: newest.at, facts: { tables: newest.sealedTables } };
  const { askedColumns = [] } = seen;
  const { sealedTables, isEverySecretSealed } = newest;
  if (sealedTables === 0 || !isEverySecretSealed) return item('card-vault', 'fail', [evidence], 'name-secret-columns');
  const { rotation } = seen;
  if (rotation !== undefined) {
    const turned: Evidence = { id: 'vault-rotated', at: rotation.at, facts: { behind: rotation.behind.join(', ') } };
    const todo = todoOfRotation(rotation, newest.isSealedToPresentKey !== false);
    if (todo !== null) return item('card-vault', 'warn', [evidence, turned], todo);
  }
  if (askedColumns.length === 0) return item('card-vault', 'ok', [evidence], null);
  const asked: Evidence = { id: 'columns-asked', at: newest.at, facts: { columns: askedColumns.join(', ') } };
  return item('card-vault', 'warn', [evidence, asked], 'answer-columns');
}

/** What is left to do after the vault was given new keys, the most pressing first; null: nothing. */
function todoOfRotation({ isVaultSheetTried, behind }: SeenRotation, isSealedAnew: boolean): string | null {
  if (!isVaultSheetTried) return 'rehearse-vault-kit';
  if (!isSealedAnew) return 'back-up-after-rotation';
  return behind.length > 0 ? 'bring-new-keys' : null;
}

/** A newer snapshot that failed its checks comes first; then everything that was seen on the server and no backup has. */
function judgeCoverage(seen: SeenSource): ChecklistItem {
  const newest = seen.snapshots[0];
  if (newest === undefined) return item('coverage', 'fail', [], 'first-backup');
  const rows: Evidence = {
    id: newest.isGreen ? 'rows-proven' : 'checks-failed',
    at: newest.at,
    facts: { rows: newest.rows },
  };
  const proofs = (seen.proofs ?? []).map(proofEvidence);
  const { lookedAt = null, failed = null, things = [] } = seen.coverage ?? {};
  const missed: Evidence[] =
    failed === null ? [] : [{ id: 'look-failed', at: failed.at, facts: { reason: failed.code } }];
  const looked = lookedAt === null ? [] : coverageEvidence(things, lookedAt);
  const all = [rows, ...looked, ...missed, ...proofs];
  if (!newest.isGreen) return item('coverage', 'fail', all, 'look-at-checks');
  const age = lookedAt === null ? Infinity : seen.nowMs - Date.parse(lookedAt);
  // Ahead of the clock, or too long ago: nobody knows what is there now.
  if (lookedAt === null || age > monthlyMs || isFromFuture(lookedAt, seen.nowMs))
    return item('coverage', 'unknown', all, 'look-at-server');
  const { open, openThatMatters, next } = coverageFigures(things);
  if (openThatMatters > 0) return item('coverage', 'fail', all, 'answer-coverage');
  const isUnseen = things.some(({ kind, state }) => kind === 'unseen' && state === 'open');
  if (open > 0 || isUnseen) return item('coverage', 'warn', all, 'answer-coverage');
  if (age > weeklyMs) return item('coverage', 'warn', all, 'look-at-server');
  return next > 0 ? item('coverage', 'warn', all, 'back-up-again') : item('coverage', 'ok', all, null);
}

/** How many names stand in one line. */
const mostNames = 3;

/** Paths and names speak for themselves; of others the id says what they are. */
function shortName({ id, kind, name }: CoveredThing): string {
  return ['accounts', 'crontab', 'redis', 'unseen'].includes(kind) ? id : name;
}

/** “3 of 61 things are in no backup”, and a line for each reason. */
function coverageEvidence(things: readonly CoveredThing[], at: string): Evidence[] {
  const { all, kept, accepted, open } = coverageFigures(things);
  const isToSay = ({ state }: CoveredThing) => state === 'open' || state === 'next';
  const reasons = [...new Set(things.filter(isToSay).flatMap(({ reason }) => (reason === null ? [] : [reason])))];
  const head: Evidence =
    open === 0
      ? { id: 'coverage-whole', at, facts: { all, kept, accepted } }
      : { id: 'coverage-open', at, facts: { open, all, kept, accepted } };
  const because = reasons.map((reason): Evidence => {
    const mine = things.filter((thing) => isToSay(thing) && thing.reason === reason);
    const names = mine.toSorted((a, b) => Number(b.matters) - Number(a.matters)).slice(0, mostNames);
    const facts = { count: mine.length, names: names.map(shortName).join(', ') };
    return { id: `coverage-${reason}`, at, facts };
  });
  return [head, ...because];
}

/** How much of a copy has been read back, as it is. */
function proofEvidence({ destination, proof }: NonNullable<SeenSource['proofs']>[number]): Evidence {
  const facts = {
    destination,
    percent: Math.floor(proof.provenShare * 100),
    neverRead: proof.neverRead.objects,
    days: Math.floor(proof.oldestUnprovenDays),
  };
  return { id: 'copy-share', at: proof.listedAt, facts };
}

function judgeKit({ kitWrittenAt, kitUsedAt, rotation }: SeenSource): ChecklistItem {
  if (rotation?.isMainSheetNew === false)
    return item(
      'recovery-kit',
      'warn',
      [{ id: 'vault-rotated', at: rotation.at, facts: { behind: '' } }],
      'print-kit-anew',
    );
  if (kitUsedAt !== null) return item('recovery-kit', 'ok', [{ id: 'kit-used', at: kitUsedAt, facts: {} }], null);
  if (kitWrittenAt !== null)
    return item('recovery-kit', 'warn', [{ id: 'kit-written', at: kitWrittenAt, facts: {} }], 'rehearse-kit');
  return item('recovery-kit', 'fail', [], 'write-kit');
}

interface FoundCopy {
  readonly snapshot: SeenSnapshot;
  readonly copy: SeenCopy;
}

/** The newest green, intact snapshot at each matching place, newest first; one from the future only where there is no other. */
function newestCopies({ snapshots, nowMs }: SeenSource, matches: (copy: SeenCopy) => boolean): FoundCopy[] {
  const newest = new Map<string, FoundCopy>();
  const [ahead = [], past = []] = [true, false].map((is) =>
    snapshots.filter(({ at }) => isFromFuture(at, nowMs) === is),
  );
  for (const snapshot of [...past, ...ahead]) {
    if (!snapshot.isGreen) continue;
    for (const copy of snapshot.copies) {
      if (copy.intact && matches(copy) && !newest.has(copy.destination))
        newest.set(copy.destination, { snapshot, copy });
    }
  }
  return [...newest.values()];
}

function byAge(
  id: ChecklistItemId,
  seen: SeenSource,
  found: FoundCopy | undefined,
  okMs: number,
  warnMs: number,
  todo: string,
): ChecklistItem {
  if (found === undefined) return item(id, 'fail', [], todo);
  const age = ageMs(seen, found.snapshot.at);
  const isOk = age <= okMs && !isAhead(seen, found);
  const state: State = isOk ? 'ok' : age <= warnMs ? 'warn' : 'fail';
  return item(id, state, [copyEvidence(found)], state === 'ok' ? null : todo);
}

function copyEvidence({ snapshot, copy }: FoundCopy): Evidence {
  return {
    id: `copy-${copy.state}`,
    at: copy.at,
    facts: { destination: copy.destination, snapshotAt: snapshot.at, rows: snapshot.rows },
  };
}

function notYet(id: ChecklistItemId): ChecklistItem {
  return item(id, 'unknown', [], 'not-yet');
}

function item(id: ChecklistItemId, state: State, evidence: Evidence[], todo: string | null): ChecklistItem {
  return { id, state, evidence, since: evidence[0]?.at ?? null, todo };
}

/** Its clock or ours was wrong: nobody knows how old it is, so it is never good enough. */
function isAhead({ nowMs }: SeenSource, { snapshot }: FoundCopy): boolean {
  return isFromFuture(snapshot.at, nowMs);
}

function ageMs(seen: SeenSource, at: string): number {
  return seen.nowMs - Date.parse(at);
}
