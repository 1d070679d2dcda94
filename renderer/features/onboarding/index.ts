export { OnboardingPage } from './OnboardingPage.tsx';
export { createOnboardingStore } from './onboarding-store.ts';
export type { OnboardingStore } from './onboarding-store.ts';
