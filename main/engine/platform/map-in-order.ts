/**
 * Does `work` for every item, several at once, and gives the results in the order of the items. At most `lanes` items are taken beyond the one whose result
 * is waited for, so that memory is bounded whatever the length. After a failure, or when nobody wants more, nothing is begun and what runs is waited for.
 */
export async function* mapInOrder<T, R>(
  items: AsyncIterable<T>,
  lanes: number,
  work: (item: T) => Promise<R>,
): AsyncGenerator<R, void, undefined> {
  const running: Promise<R>[] = [];
  try {
    for await (const item of items) {
      const result = work(item);
      // Looked at in its turn; until then nobody may think it was forgotten.
      result.catch(() => undefined);
      running.push(result);
      if (running.length < lanes) continue;
      const first = running.shift();
      if (first !== undefined) yield await first;
    }
    for (let first = running.shift(); first !== undefined; first = running.shift()) yield await first;
  } finally {
    await Promise.allSettled(running);
  }
}
