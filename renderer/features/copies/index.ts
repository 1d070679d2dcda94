export { CloudFields } from './CloudFields.tsx';
export { CopiesPage } from './CopiesPage.tsx';
export { DestinationForm } from './DestinationForm.tsx';
export { createCopiesStore, isDamaged } from './copies-store.ts';
export type { CopiesStore } from './copies-store.ts';
export { cloudErrors, emptyCloud, toCloudInput } from './destination-form.ts';
export type { CloudValues } from './destination-form.ts';
