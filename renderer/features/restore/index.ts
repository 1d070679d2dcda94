export { baseOf } from './moment.ts';
export { RestorePage } from './RestorePage.tsx';
export { createSwapStore } from './swap-store.ts';
export { createRestoreStore } from './restore-store.ts';
export type { RestoreStore } from './restore-store.ts';
