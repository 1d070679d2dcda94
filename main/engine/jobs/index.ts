/** The composition root's public face. */
export { openEngine, type CallOptions, type Engine, type EngineOptions } from './engine.ts';
export { defaultHomeDir } from './home/home.ts';
export { productVersion } from './version.ts';
