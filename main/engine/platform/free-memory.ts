/** A piece of something smaller may share its memory with others (Node's pool). */
const worthFreeing = 128 * 1024;
/** Smaller ones do not matter; from here on those that have their memory alone are freed. */
const worthFreeingAlone = 16 * 1024;

/**
 * Gives the memory of bytes that nobody will look at again back at once. The garbage collector does not see how much memory
 * stands behind a small object, and in a thread that makes few objects it may not run for a hundred megabytes.
 */
export function free(bytes: Uint8Array): void {
  const { buffer } = bytes;
  const leastBytes = bytes.byteLength === buffer.byteLength ? worthFreeingAlone : worthFreeing;
  if (buffer instanceof ArrayBuffer && buffer.byteLength >= leastBytes) buffer.transfer(0);
}
