import { expect, it } from 'vitest';
import { AppError } from '../../../../shared/errors/app-error.ts';
import type { Volume, VolumeSource } from '../../platform/volumes/index.ts';
import { foldersAsVolumes } from './testing/cold-rig.ts';
import { whileThere } from './while-there.ts';

/** The real plug is pulled in `cold-disks.server.test.ts`; here are the answers that no system gives on demand. */
const { signal } = new AbortController();
const path = '/media/usb/backup';

async function onlyVolume(volumes: VolumeSource): Promise<Volume | null> {
  return (await volumes.list())[0] ?? null;
}

async function endOf(volumes: VolumeSource, volume: Volume | null, error: Error): Promise<unknown> {
  const disk = { path, volume, marker: null };
  return whileThere(volumes, disk, 'usb', { objects: 7 }, signal, () => Promise.reject(error)).catch(
    (thrown: unknown) => thrown,
  );
}

const mounted = foldersAsVolumes(['/media/usb']);
const unmounted = foldersAsVolumes(['/media/usb2']);

it('takes an error for a pulled plug only when the volume is listed no more', async () => {
  const volume = await onlyVolume(mounted);
  const torn = new AppError('backend.io', { reason: 'EIO' });
  expect(await endOf(mounted, volume, torn)).toBe(torn);
  expect(await endOf(unmounted, volume, torn)).toMatchObject({
    code: 'disk.pulled-out',
    facts: { name: 'usb', objects: 7 },
  });
});

it('believes the folder itself where the system told of no volume', async () => {
  const torn = new AppError('backend.io', { reason: 'EIO' });
  expect(await endOf(unmounted, null, torn)).toBe(torn);
  expect(await endOf(unmounted, null, new AppError('backend.absent', { root: path }))).toMatchObject({
    code: 'disk.pulled-out',
  });
});

it('leaves the absence of the other copy, and what is no parting word, as it is', async () => {
  const volume = await onlyVolume(mounted);
  for (const error of [new AppError('backend.absent', { root: '/mnt/main' }), new AppError('backend.disk-full')])
    expect(await endOf(unmounted, volume, error)).toBe(error);
});

it('gives what the work gives', async () => {
  const disk = { path, volume: await onlyVolume(mounted), marker: null };
  expect(await whileThere(mounted, disk, 'usb', { objects: 0 }, signal, () => Promise.resolve('done'))).toBe('done');
});
