import { isoUtc, type Clock } from '../../platform/clock.ts';
import type { Volume } from '../../platform/volumes/index.ts';
import { findDiskMarker, writeDiskMarker, type DiskMarker, type Repository } from '../../repository/index.ts';
import { isTravelling, type DiskDestination } from './find-disk.ts';
import type { SavedDestination } from '../home/settings-file.ts';
import { letPass } from '../let-pass.ts';

/** What there is to tell of a marker that was looked after. */
export interface MarkerCare {
  readonly written: boolean;
  /** The file system has another id than when the marker was written: formatted, or copied. The data decides, but it is told. */
  readonly volumeDiffers: boolean;
}

/**
 * Gives a travelling disk its marker, or renews one that names another volume or place. Call it on a store whose repository has been opened.
 * Errors: those of the store; `disk.marker-refused` never gets here, the disk was found by its marker or had none.
 */
export async function careForMarker(
  { keys, store }: Pick<Repository, 'keys' | 'store'>,
  destination: DiskDestination,
  { volume, clock, signal }: { readonly volume: Volume | null; readonly clock: Clock; readonly signal: AbortSignal },
): Promise<MarkerCare> {
  const known = await findDiskMarker(store, keys, signal);
  const volumeId = volume?.volumeId ?? null;
  const volumeDiffers = known !== undefined && known.volume !== null && volumeId !== null && known.volume !== volumeId;
  const wanted = {
    destination: destination.id,
    volume: volumeId ?? known?.volume ?? null,
    place: destination.place,
    createdAt: known?.createdAt ?? isoUtc(clock.nowMs()),
  };
  if (known !== undefined && isSame(known, wanted)) return { written: false, volumeDiffers };
  await writeDiskMarker(store, keys, wanted, signal);
  return { written: true, volumeDiffers };
}

/** As `careForMarker`, in passing: a copy that arrived must not fail for a marker that could not be written. */
export async function careInPassing(
  repository: Repository,
  destination: SavedDestination,
  clock: Clock,
  signal: AbortSignal,
): Promise<void> {
  if (!isTravelling(destination)) return;
  try {
    await careForMarker(repository, destination, { volume: null, clock, signal });
  } catch (error) {
    // Said in words by the next round or test of this disk; the copy itself is whole.
    letPass(error, signal);
  }
}

function isSame(known: DiskMarker, wanted: Pick<DiskMarker, 'destination' | 'volume' | 'place'>): boolean {
  return known.destination === wanted.destination && known.volume === wanted.volume && known.place === wanted.place;
}
