export { OnboardingPage } from './OnboardingPage.tsx';
export { PassphraseFields } from './PassphraseFields.tsx';
export { isLongEnough } from './strength.ts';
export { createOnboardingStore } from './onboarding-store.ts';
export type { OnboardingStore } from './onboarding-store.ts';
