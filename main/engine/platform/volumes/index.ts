/** The only door into `platform/volumes/`. */
export { systemVolumes } from './system-volumes.ts';
export { bareVolume, volumeOf } from './volume.ts';
export type { EjectOutcome, Volume, VolumeSource } from './volume.ts';
