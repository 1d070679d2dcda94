/** Recovery kits: the paper from which everything can be opened again on a bare computer. */
export { writeKit, type KitRequest } from './write-kit.ts';
