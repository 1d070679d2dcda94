/** Recovery kits: the paper from which everything can be opened again on a bare computer. */
export { copyPlace } from './copy-places.ts';
export { writeKit, type KitRequest } from './write-kit.ts';
