export { MoneyPanel } from './MoneyPanel.tsx';
