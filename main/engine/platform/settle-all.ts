/**
 * As `Promise.all`, but nothing is left running behind the caller's back: resolves or rejects only when every piece of work has ended.
 * The first failure is thrown; `onFailure` hears of it at once and tells the others to stop.
 */
export async function settleAll<T>(
  work: readonly Promise<T>[],
  onFailure: (error: unknown) => void = () => undefined,
): Promise<T[]> {
  const failures: unknown[] = [];
  const outcomes = await Promise.allSettled(
    work.map((each) =>
      each.catch((error: unknown) => {
        failures.push(error);
        if (failures.length === 1) onFailure(error);
        throw error;
      }),
    ),
  );
  if (failures.length > 0) throw failures[0];
  return outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []));
}
