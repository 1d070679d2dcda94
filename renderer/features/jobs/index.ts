export { JobCard } from './JobCard.tsx';
export { JobForm } from './JobForm.tsx';
