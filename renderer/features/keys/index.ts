export { KeysPage } from './KeysPage.tsx';
export { createKeysStore } from './keys-store.ts';
export type { KeysStore } from './keys-store.ts';
