/** A number of 32 bits for a path, the same on every computer (FNV-1a): to choose by, not to rely on. */
export function pathHash(path: Uint8Array): number {
  let hash = 0x811c9dc5;
  for (const byte of path) hash = Math.imul(hash ^ byte, 0x01000193);
  return (hash ^ (hash >>> 15)) >>> 0;
}
