import type {
  AcceptedThing,
  CoverageLook,
  CoveredThing,
  SeenThing,
  UncoveredReason,
} from '../../../../shared/model/coverage.ts';
import { allOfKind } from '../../../../shared/model/lost-objects.ts';
import type { Manifest } from '../../../../shared/model/snapshot.ts';
import { crontabItem, itemsFolder } from '../../source/files/index.ts';

/** What a source keeps, as far as it decides about things. Values only: nothing is asked here. */
export interface Keeping {
  /** Empty: all. */
  readonly databases: readonly string[];
  readonly folders: readonly string[];
  /** Single files, and `crontab`, and since when each is kept. */
  readonly items: readonly { readonly item: string; readonly since: string }[];
  readonly accounts: boolean;
  /** Ids. */
  readonly redis: readonly string[];
  readonly hasSsh: boolean;
  /** Whether a rule leaves a path below one of the folders out. */
  readonly isLeftOut: (folder: string, path: string) => boolean;
}

export interface CoverRequest {
  readonly look: CoverageLook;
  readonly keeping: Keeping;
  readonly accepted: readonly AcceptedThing[];
  /** Newest first; as many as may hold what the newest lacks. */
  readonly snapshots: readonly Manifest[];
}

type Verdict = { readonly by: Manifest } | { readonly reason: UncoveredReason; readonly canBeKept: boolean };

const no = (reason: UncoveredReason, canBeKept = false): Verdict => ({ reason, canBeKept });

/**
 * Each thing of a look with whether a snapshot has it. A thing is kept when the source keeps it now and a snapshot did: what was kept once and is chosen no more is open.
 * What is in a thing that is itself in no backup is not told apart: it comes and goes with it, but for what came after the owner had said that it is not needed.
 */
export function coverThings(request: CoverRequest): CoveredThing[] {
  const accepted = new Map(request.accepted.map((each) => [each.id, each]));
  const known = newestKnown(request);
  const own = new Map<string, CoveredThing>();
  const all: CoveredThing[] = [];
  const parentsFirst = [
    ...request.look.things.filter(({ within }) => within === undefined),
    ...request.look.things.filter(({ within }) => within !== undefined),
  ];
  for (const thing of parentsFirst) {
    const parent = thing.within === undefined ? undefined : own.get(thing.within);
    const covered = cover(request, known, thing, accepted, parent);
    if (covered === null) continue;
    if (thing.within === undefined) own.set(thing.id, covered);
    all.push(covered);
  }
  return all;
}

/** Null: it is told by the thing that it is part of. */
function cover(
  request: CoverRequest,
  known: Known,
  thing: SeenThing,
  accepted: ReadonlyMap<string, AcceptedThing>,
  parent: CoveredThing | undefined,
): CoveredThing | null {
  const word = accepted.get(thing.id) ?? null;
  const said = word === null ? null : { at: word.at, reason: word.reason };
  const verdict = judge(request, known, thing);
  if ('by' in verdict) {
    const { id: snapshot, at } = verdict.by;
    return { ...thing, state: 'kept', reason: null, by: { snapshot, at }, accepted: null, canBeKept: false };
  }
  const uncovered = { ...thing, by: null, accepted: said, canBeKept: verdict.canBeKept };
  if (verdict.reason === 'next-backup') return { ...uncovered, state: 'next', reason: verdict.reason, accepted: null };
  if (said !== null) return { ...uncovered, state: 'accepted', reason: verdict.reason };
  if (parent === undefined || parent.state === 'kept') return { ...uncovered, state: 'open', reason: verdict.reason };
  if (parent.state !== 'accepted' || accepted.get(parent.id)?.within.includes(thing.id) === true) return null;
  return { ...uncovered, state: 'open', reason: 'came-later' };
}

function judge(request: CoverRequest, known: Known, thing: SeenThing): Verdict {
  const { keeping, snapshots } = request;
  const [newest] = snapshots;
  switch (thing.kind) {
    case 'database':
      return judgeDatabase(request, thing.name);
    case 'table':
    case 'view':
    case 'routine':
    case 'trigger':
    case 'event':
    case 'sequence':
      return judgeInDatabase(request, known, thing);
    case 'accounts':
      if (!keeping.accounts) return no('not-chosen', true);
      return newest === undefined ? no('next-backup') : keptWhere(newest.accounts !== undefined, newest, 'next-backup');
    case 'redis': {
      if (!keeping.redis.includes(thing.name)) return no('not-chosen');
      const kept = newest?.settings?.some(({ id, keys }) => id === thing.name && keys > 0) === true;
      return newest === undefined || newest.settings === undefined
        ? no('next-backup')
        : keptWhere(kept, newest, 'nothing-kept');
    }
    case 'unseen':
      return no('cannot-see');
    case 'crontab':
      return judgeItem(request, crontabItem) ?? no('not-chosen', keeping.hasSsh);
    case 'folder':
    case 'volume':
    case 'key-file':
    case 'settings-file':
    case 'server-settings':
    case 'certificates':
      return judgePath(request, thing);
  }
}

/** What the newest snapshot says, ready to be asked about thousands of names. */
interface Known {
  /** By a thing's id. */
  readonly databases: ReadonlyMap<string, string>;
  readonly tables: ReadonlySet<string>;
  /** Named by a check that did not hold. */
  readonly lost: ReadonlySet<string>;
}

function newestKnown({ look, snapshots }: CoverRequest): Known {
  const [newest] = snapshots;
  const failed = newest?.checks.filter(({ ok }) => !ok) ?? [];
  const texts = failed.flatMap(({ facts }) => Object.values(facts).filter((value) => typeof value === 'string'));
  return {
    databases: new Map(look.things.flatMap(({ id, kind, name }) => (kind === 'database' ? [[id, name]] : []))),
    tables: new Set(newest?.tables.map(({ database, name }) => `${database}.${name}`)),
    lost: new Set(texts.flatMap((text) => text.split(', '))),
  };
}

function keptWhere(isKept: boolean, by: Manifest, otherwise: UncoveredReason): Verdict {
  return isKept ? { by } : no(otherwise);
}

function isChosen({ keeping }: CoverRequest, database: string): boolean {
  const wanted = keeping.databases;
  return wanted.length === 0 || wanted.some((each) => each.toLowerCase() === database.toLowerCase());
}

function judgeDatabase(request: CoverRequest, name: string): Verdict {
  if (!isChosen(request, name)) return no('not-chosen', true);
  const holding = request.snapshots.find(({ databases }) => databases.some((database) => database.name === name));
  return holding === undefined ? no('next-backup') : { by: holding };
}

function judgeInDatabase(request: CoverRequest, known: Known, thing: SeenThing): Verdict {
  const database = known.databases.get(thing.within ?? '') ?? '';
  if (!isChosen(request, database)) return no('not-chosen');
  if (thing.obstacle === 'elsewhere') return no('elsewhere');
  const [newest] = request.snapshots;
  if (newest === undefined || !newest.databases.some(({ name }) => name === database)) return no('next-backup');
  const name = thing.name.slice(database.length + 1);
  // Seen after the picture was taken: the next one has it.
  const isLater = thing.since !== null && thing.since > newest.at;
  if (thing.kind === 'table') {
    if (known.tables.has(thing.name)) return { by: newest };
    return no(!isLater && known.lost.has(thing.name) ? 'not-readable' : 'next-backup');
  }
  const kinds: readonly string[] = thing.kind === 'routine' ? ['procedure', 'function'] : [thing.kind];
  const isLost = (newest.lostObjects ?? []).some(
    (lost) =>
      lost.database === database && kinds.includes(lost.kind) && (lost.name === name || lost.name === allOfKind),
  );
  if (isLost) return no('not-readable');
  return isLater ? no('next-backup') : { by: newest };
}

/** Null: it is none of the items. A snapshot has it that was taken since it is one. */
function judgeItem({ keeping, snapshots }: Pick<CoverRequest, 'keeping' | 'snapshots'>, name: string): Verdict | null {
  const kept = keeping.items.find(({ item }) => item === name);
  if (kept === undefined) return null;
  const holding = snapshots.find(
    ({ at, site }) => at >= kept.since && site?.roots.some(({ folder }) => folder === itemsFolder) === true,
  );
  return holding === undefined ? no('next-backup') : { by: holding };
}

function judgePath({ keeping, snapshots }: CoverRequest, thing: SeenThing): Verdict {
  const { id, name } = thing;
  const isFolder = thing.facts['folder'] === true;
  // An id with a hash stands for a name that cannot be written down.
  const canBeNamed = id === `${thing.kind}:${name}` && keeping.hasSsh;
  const canBeKept = canBeNamed && (isFolder || !name.includes('*'));
  const item = judgeItem({ keeping, snapshots }, name);
  if (item !== null) return item;
  const around = keeping.folders.filter((folder) => isWithin(folder, name));
  if (around.length === 0) {
    const hasPart = keeping.folders.some((folder) => isWithin(name, folder));
    return no(hasPart ? 'only-part' : 'not-chosen', canBeKept);
  }
  const keepers = around.filter((folder) => !keeping.isLeftOut(folder, name));
  if (keepers.length === 0) return no('left-out', canBeKept);
  const holding = snapshots.find(({ site }) => site?.roots.some(({ folder }) => keepers.includes(folder)) === true);
  if (holding === undefined || (thing.since !== null && thing.since > holding.at)) return no('next-backup');
  return { by: holding };
}

function isWithin(folder: string, path: string): boolean {
  const plain = folder.replace(/(?<=.)\/+$/, '');
  return plain === '/' || path === plain || path.startsWith(`${plain}/`);
}
