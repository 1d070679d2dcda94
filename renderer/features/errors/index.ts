export { ErrorCard } from './ErrorCard.tsx';
