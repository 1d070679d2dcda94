export { ChecklistPage } from './ChecklistPage.tsx';
export { createChecklistStore } from './checklist-store.ts';
export type { ChecklistStore } from './checklist-store.ts';
