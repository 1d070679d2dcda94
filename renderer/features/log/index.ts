export { LogPanel } from './LogPanel.tsx';
export { bandOf, reachesOf, type Band, type Reach } from './band.ts';
export { eventText } from './event-text.ts';
