/** Public face of the demo. */
export type { DemoProof } from './demo-timeline.ts';
export { runDemo, type DemoOptions, type DemoResult } from './run-demo.ts';
