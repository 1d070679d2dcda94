export { JobCard } from './JobCard.tsx';
