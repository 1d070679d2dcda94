import { objectText } from '../../../../shared/model/lost-objects.ts';
import { CopyReader } from '../../restore/copy-reader.ts';
import { leftOutOfFile } from '../../restore/left-out-of-file.ts';
import type { RestorePlan } from '../../restore/plan-restore.ts';
import type { VerbOutput } from '../../../../shared/ipc/engine-verbs.ts';

type RestoreOutput = VerbOutput<'restore.run'>;
/** How many objects of one copy are named in words; all of them are in `copies`. */
const mostNamedObjects = 3;

export function copiesOf({ found: { used, damaged, outOfReach } }: CopyReader): RestoreOutput['copies'] {
  return {
    used: [...used],
    damaged: damaged.map(({ destination, objects }) => ({ destination, objects: [...objects] })),
    outOfReach: [...outOfReach],
  };
}

/** A copy that another had to help out for is in need of its owner, however well the restore went. */
export function copyNotes({ found: { damaged, outOfReach } }: CopyReader): string[] {
  return [
    ...damaged.map(({ destination, objects }) => {
      const named = objects.slice(0, mostNamedObjects).map((object) => object.slice(0, 60));
      const more = objects.length > named.length ? `, … (${objects.length})` : '';
      return `copy-damaged: ${destination} [${named.join(', ')}${more}]`;
    }),
    ...outOfReach.map((destination) => `copy-out-of-reach: ${destination}`),
  ];
}

/** What the backup could not read is named at every restore: nobody may take this for the whole shop. */
export function notKeptNotes({ notKept, objectsNotKept, refused }: RestorePlan): string[] {
  return [
    ...refused.map((object) => `statement-refused: ${object}`),
    ...notKept.map((table) => `table-not-kept: ${table}`),
    ...objectsNotKept.map((object) => `object-not-kept: ${objectText(object)}`),
  ];
}

/** Why there are no accounts although somebody asked for them. */
export function accountNotes({ manifest, isWhole }: RestorePlan, isAsked: boolean): string[] {
  if (!isAsked) return [];
  return isWhole ? (manifest.accounts === undefined ? ['accounts-not-kept'] : []) : ['accounts-left-out'];
}

/** What would stop whoever reads the file. */
export function leftOutNotes(plan: RestorePlan): string[] {
  const left = leftOutOfFile(plan);
  return plan.databases.flatMap(({ record }) =>
    record.objects
      .filter((object) => left.has(object))
      .map(({ kind, name }) => `not-created: ${objectText({ kind, database: record.name, name })}`),
  );
}
