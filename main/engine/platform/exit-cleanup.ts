/**
 * Last-moment clean-up: what must not outlive this process (a private server, its folder) registers here. The cleanups
 * run synchronously when the process exits by itself; a killed process runs none of them, which is why folders also
 * carry an owner (see `owned-folder.ts`).
 */
const cleanups = new Set<() => void>();
let isRegistered = false;

/** Returns the function that takes the cleanup off the list again. */
export function atProcessExit(cleanup: () => void): () => void {
  if (!isRegistered) {
    isRegistered = true;
    process.once('exit', runAll);
  }
  cleanups.add(cleanup);
  return () => {
    cleanups.delete(cleanup);
  };
}

function runAll(): void {
  for (const cleanup of cleanups) {
    try {
      cleanup();
    } catch {
      // The process is leaving and the other cleanups still have to run; stale folders are swept at the next start.
    }
  }
}
