export { AskedButton } from './AskedButton.tsx';
