export { DemoCard, openDemo } from './DemoCard.tsx';
