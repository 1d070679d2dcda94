export { TestSteps } from './TestSteps.tsx';
