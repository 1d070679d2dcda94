/** Smaller ones may share their memory with others (Node's pool), and do not matter. */
const worthFreeing = 128 * 1024;

/**
 * Gives the memory of bytes that nobody will look at again back at once. The garbage collector does not see how much memory
 * stands behind a small object, and in a thread that makes few objects it may not run for a hundred megabytes.
 */
export function free(bytes: Uint8Array): void {
  const { buffer } = bytes;
  if (buffer instanceof ArrayBuffer && buffer.byteLength >= worthFreeing) buffer.transfer(0);
}
