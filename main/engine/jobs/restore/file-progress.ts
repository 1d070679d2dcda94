import type { Run } from '../engine-context.ts';

export function fileProgress(run: Run): (detail: string, doneBytes: number, totalBytes: number) => void {
  return (detail, doneBytes, totalBytes) =>
    run.report({ phase: 'write', detail, doneBytes, totalBytes, doneItems: 0, totalItems: null });
}
