export { RetentionPanel } from './RetentionPanel.tsx';
export { createRetentionStore } from './retention-store.ts';
export type { RetentionStore } from './retention-store.ts';
