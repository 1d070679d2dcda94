export { ErrorCard } from './ErrorCard.tsx';
export { JobFailure } from './JobFailure.tsx';
