export { RecoverPage } from './RecoverPage.tsx';
