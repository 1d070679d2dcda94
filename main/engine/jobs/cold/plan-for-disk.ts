import type { Repository } from '../../repository/index.ts';
import type { EngineContext } from '../engine-context.ts';
import { newestOfEachShop } from '../newest-of-each-shop.ts';
import { folderOf, type DiskDestination } from './find-disk.ts';
import { planFill, roomAt, type FillPlan } from './room.ts';
import { unwantedAt } from './unwanted.ts';

export interface DiskRequest {
  readonly from: Repository;
  readonly to: Repository;
  /** Names of the manifests that are asked for; absent: all of `from`. */
  readonly asked?: readonly string[];
  /** Whether the disk's own rule has a say. It has none against what a person asked for by name, or made just now. */
  readonly byRule: boolean;
}

/**
 * What a disk that travels gets, whatever fills it: a round, a copying or a backup that finds it plugged in. Its own rule and its room are
 * looked at here and nowhere else. Errors: those of `planFill`.
 */
export async function planForDisk(
  context: EngineContext,
  disk: DiskDestination,
  { from, to, asked, byRule }: DiskRequest,
  signal: AbortSignal,
): Promise<FillPlan> {
  const room = await roomAt(await folderOf(context.unlocked().keys, disk));
  return planFill(
    {
      from,
      to,
      name: disk.name,
      room,
      asked: asked === undefined ? null : new Set(asked),
      leaveOut: (there, lacking) =>
        byRule
          ? unwantedAt(context, disk, { source: from, there, lacking }, signal)
          : Promise.resolve(new Set<string>()),
      newestOf: (newestFirst) => newestOfEachShop(context, from, newestFirst, signal),
    },
    signal,
  );
}
