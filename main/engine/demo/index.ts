/** Public face of the demo. */
export { runDemo, type DemoOptions, type DemoProof, type DemoResult } from './run-demo.ts';
