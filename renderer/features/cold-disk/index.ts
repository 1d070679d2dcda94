export { ColdRotation } from './ColdRotation.tsx';
export { createColdStore, type ColdStore } from './cold-store.ts';
