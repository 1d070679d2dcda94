import { findingOf, parseStreamName, type Repository } from '../repository/index.ts';

/**
 * Whether a stream record that is not on a copy any more was taken away on purpose: a merged record there names it (FORMAT.md §9), or it stood before all that
 * are left, which is where a prune takes them. Errors: those of the store.
 */
export async function wasMergedOrPruned(repository: Repository, name: string, signal: AbortSignal): Promise<boolean> {
  const own = parseStreamName(name);
  if (own === undefined) return false;
  const names = await repository.listStreamRecords(own.sourceId, signal);
  if (names.includes(name)) return false;
  const [first] = names;
  if (first !== undefined && name < first) return true;
  const short = name.slice(name.lastIndexOf('/') + 1);
  // A merged record bears the number of the first that it was made of, so it stands near before.
  for (const other of names.filter((each) => each.slice(0, -36) <= name.slice(0, -36)).reverse()) {
    if (parseStreamName(other)?.id[14] !== '8') continue;
    try {
      if (Buffer.from(await repository.getStreamRecord(other, signal)).includes(`"${short}"`)) return true;
    } catch (error) {
      if (findingOf(error) === null) throw error;
    }
  }
  return false;
}
