/** Vitest's `globalSetup` of tests that start the built program: what they start is built from the sources as they are. */
import { buildBundles } from '../build.mjs';

export default async function setup() {
  await buildBundles();
}
