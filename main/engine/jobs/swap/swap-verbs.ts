import { AppError } from '../../../../shared/errors/app-error.ts';
import type { VerbOutput } from '../../../../shared/ipc/engine-verbs.ts';

/** The contract of these verbs is fixed before they are served, so that screens can be built on it. */
function notYet(): Promise<never> {
  return Promise.reject(new AppError('feature.not-yet', { feature: 'swap' }));
}

export const swapRun: () => Promise<VerbOutput<'swap.run'>> = notYet;
export const swapCompare: () => Promise<VerbOutput<'swap.compare'>> = notYet;
export const undoRun: () => Promise<VerbOutput<'undo.run'>> = notYet;
export const restoresList: () => Promise<VerbOutput<'restores.list'>> = notYet;
