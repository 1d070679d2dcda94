import type { ServerRestore } from '../../restore/restore-into-server.ts';
import type { Run } from '../engine-context.ts';

/** How a snapshot is loaded into any server: on so many connections, and telling how far it is. */
export function loadingFor(run: Run): Pick<ServerRestore, 'sessions' | 'onProgress'> {
  return {
    sessions: 4,
    onProgress: (phase, detail, doneBytes, totalBytes) =>
      run.report({ phase, detail, doneBytes, totalBytes, doneItems: 0, totalItems: null }),
  };
}
