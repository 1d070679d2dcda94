export { ColdNow } from './ColdNow.tsx';
export { ScheduleFields } from './ScheduleFields.tsx';
export { ScheduleForm } from './ScheduleForm.tsx';
export { coldFacts, coldSentence, isEarly, type Sentence } from './cold-sentence.ts';
export { createColdStore, type ColdStore } from './cold-store.ts';
