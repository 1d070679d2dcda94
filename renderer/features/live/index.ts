export { LiveLine } from './LiveLine.tsx';
export { LivePanel } from './LivePanel.tsx';
