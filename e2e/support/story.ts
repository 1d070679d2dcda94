import { afterEach, beforeEach } from 'vitest';

/**
 * The tests of this file are the steps of one story: after one that failed, the others have nothing to stand on.
 * `onFailure` may keep a picture of what the person saw at that moment.
 */
export function stepsOfOneStory(onFailure: () => Promise<void>): void {
  let hasFailed = false;
  beforeEach(({ skip }) => {
    if (hasFailed) skip('an earlier step failed');
  });
  afterEach(async ({ task }) => {
    if (hasFailed || task.result?.state !== 'fail') return;
    hasFailed = true;
    await onFailure();
  });
}
