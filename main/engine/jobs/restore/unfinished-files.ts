import { rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { newId } from '../../platform/random.ts';
import { sweepPrivateServers } from '../../sandbox/index.ts';
import type { EngineContext } from '../engine-context.ts';
import { whileNobodyIsAtIt } from './restore-journal.ts';

type Homes = Pick<EngineContext, 'home'>;

/**
 * Files of an export say in the home that they are not whole yet, before they are made: what a killed process leaves of them holds a shop's rows, with the vault
 * open its cards, and nobody would look for it. The next start takes them away.
 */
export async function withUnfinishedFiles<T>(
  context: Homes,
  use: (begin: (path: string) => Promise<void>) => Promise<T>,
): Promise<T> {
  const id = newId();
  const held = await whileNobodyIsAtIt(context, id, async () => {
    // An object, because the callback below sets it.
    const seen = { isNoted: false };
    try {
      return await use(async (path) => {
        seen.isNoted = true;
        await context.home.unfinished.add(id, path);
      });
    } finally {
      // Whole, or removed by the writer itself.
      if (seen.isNoted) await context.home.unfinished.forget(id);
    }
  });
  if (held === null) throw new Error('a new file is somebody else’s');
  return held.value;
}

/** At the start of a program: private servers and unfinished files of processes that were killed. What cannot be removed now is tried again at the next start. */
export async function clearAfterKilled(context: Homes): Promise<void> {
  const { home } = context;
  await Promise.all([tmpdir(), join(home.dir, 'scratch')].map(sweepPrivateServers));
  const { files } = await home.unfinished.read();
  for (const { id, path } of files) {
    await whileNobodyIsAtIt(context, id, async () => {
      // A disk that is not plugged in: what lies on it is still there.
      if ((await stat(dirname(path)).catch(() => null)) === null) return;
      const isGone = await rm(path, { force: true }).then(
        () => true,
        () => false,
      );
      if (isGone) await home.unfinished.forget(id, path);
    });
  }
}
