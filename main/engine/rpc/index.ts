export type { Channel } from './channel.ts';
export { openErrorLog } from './error-log.ts';
export { serveEngine } from './serve-engine.ts';
