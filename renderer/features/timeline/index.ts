export { TimelinePage } from './TimelinePage.tsx';
