import { mkdir, readdir, rm, statfs, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, type TestContext } from 'vitest';
import { toAppError } from '../../../shared/errors/app-error.ts';
import type { BlobStore } from '../backend/blob-store.ts';
import { DiskBlobStore } from '../backend/disk/disk-blob-store.ts';
import { FaultyBlobStore } from '../backend/testing/faulty-blob-store.ts';
import { runCommand } from '../platform/run-command.ts';
import { withTempDir } from '../platform/temp-dir.ts';
import { CrashWorld } from './testing/crash/crash-world.ts';
import { crashWorkloads, type CrashWorkload } from './testing/crash/workloads.ts';

/** A real small disk that is full at every stage, or goes away in the middle: what the model disk says, the kernel says too. */
const pageBytes = 4096;

let world: CrashWorld;
beforeAll(async () => {
  world = await CrashWorld.make();
});
afterAll(() => world.close());

/** Runs `use` on a tmpfs of a few megabytes; skips, and says why, where nobody may mount one. */
async function onSmallDisk(test: TestContext, use: (path: string) => Promise<boolean>): Promise<boolean> {
  return withTempDir('crash-tmpfs', async (dir) => {
    const path = join(dir, 'disk');
    await mkdir(path);
    const mounted = await mount(path);
    if (mounted !== null) {
      console.warn(`skipped: a small disk cannot be mounted here: ${mounted}`);
      return test.skip();
    }
    try {
      return await use(path);
    } finally {
      await runCommand('umount', ['-l', path]).catch(() => undefined);
    }
  });
}

/** Null when it is mounted, else why not. */
async function mount(path: string): Promise<string | null> {
  const tried = await runCommand('mount', ['-t', 'tmpfs', '-o', 'size=4m', 'tmpfs', path]).catch((error: unknown) => ({
    exitCode: 1,
    stderr: String(error),
  }));
  return tried.exitCode === 0 ? null : tried.stderr.trim();
}

const open = (path: string): Promise<BlobStore> =>
  DiskBlobStore.open({ root: join(path, 'repository'), createRoot: true, clock: world.clock });

/** Files of the disk are dated by the kernel: their world has to live in its time. */
async function prepared(workload: CrashWorkload, path: string): Promise<void> {
  await workload.prepare(await open(path), world);
}

async function expectGoesOn(workload: CrashWorkload, path: string): Promise<void> {
  world.clock.advance(11 * 60_000);
  const promised = workload.before(world);
  if (promised !== undefined) await world.expectSound(await open(path), promised);
  await workload.run(await open(path), world, 3);
  await world.expectSound(await open(path), workload.after(world, 3));
}

// Prune is dated by the store, and its removals need no space: the model disk tries it at every step.
describe.each(crashWorkloads.filter(({ name }) => name !== 'prune'))('$name on a real small disk', (workload) => {
  it(
    'that is full at every stage: a coded error, and it goes on when there is space',
    { timeout: 600_000 },
    async (test) => {
      let refused = 0;
      for (let freePages = 0; ; freePages += 1) {
        const isDone = await onSmallDisk(test, async (path) => {
          await prepared(workload, path);
          const { bavail, bsize } = await statfs(path);
          const ballast = join(path, 'ballast');
          await writeFile(ballast, Buffer.alloc(Math.max(0, bavail * bsize - freePages * pageBytes)));
          const error = await open(path)
            .then((store) => workload.run(store, world, 1))
            .then(
              () => undefined,
              (failure: unknown) => failure,
            );
          if (error === undefined) return true;
          refused += 1;
          expect(toAppError(error).code).toMatch(/^(backend\.disk-full|repository\.damaged)$/);
          await rm(ballast);
          await expectGoesOn(workload, path);
          return false;
        });
        if (isDone) break;
      }
      console.log(`tmpfs: ${workload.name}, full at ${refused} stages`);
      expect(refused).toBeGreaterThan(0);
    },
  );

  it(
    'that is unmounted while it is written to: absent, and the empty folder stays empty',
    { timeout: 600_000 },
    async (test) => {
      let pulled = 0;
      // The first three one by one: some workloads write no more.
      for (let nth = 1; nth <= 40; nth += nth < 3 ? 1 : 3) {
        const isDone = await onSmallDisk(test, async (path) => {
          await prepared(workload, path);
          const copy = `${path}-copy`;
          await mkdir(copy);
          // The disk lives on under another name, as one does that is plugged in again.
          expect(await runCommand('mount', ['--bind', path, copy])).toMatchObject({ exitCode: 0 });
          const store = new FaultyBlobStore(await open(path));
          const pull = async (): Promise<void> => {
            await runCommand('umount', ['-l', path]);
          };
          store.break({ on: 'put', nth, effect: { kind: 'call', when: 'before', run: pull } });
          try {
            const error = await workload.run(store, world, 1).then(
              () => undefined,
              (failure: unknown) => failure,
            );
            if (error === undefined) return true;
            pulled += 1;
            expect(toAppError(error).code).toBe('backend.absent');
            expect(await readdir(path)).toEqual([]);
            await expectGoesOn(workload, copy);
            return false;
          } finally {
            await runCommand('umount', ['-l', copy]);
          }
        });
        if (isDone) break;
      }
      console.log(`tmpfs: ${workload.name}, unmounted at ${pulled} moments`);
      expect(pulled).toBeGreaterThan(1);
    },
  );
});
