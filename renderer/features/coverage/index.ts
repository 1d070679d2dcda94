export { CoveragePanel } from './CoveragePanel.tsx';
export { createCoverageStore, type CoverageStore } from './coverage-store.ts';
