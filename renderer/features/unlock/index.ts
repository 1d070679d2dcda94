export { UnlockPage } from './UnlockPage.tsx';
export { createUnlockStore } from './unlock-store.ts';
export type { UnlockStore } from './unlock-store.ts';
