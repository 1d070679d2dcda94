export { ChooseField } from './ChooseField.tsx';
