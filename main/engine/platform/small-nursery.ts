import { PerformanceObserver } from 'node:perf_hooks';
import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8';

/** Of the young generation, both halves together. */
const enoughBytes = 32 * 1024 * 1024;
let isWatched = false;

/**
 * Keeps V8's young generation from growing beyond 32 MB. By itself it doubles until it is 128 MB, however little of it lives: after
 * some minutes of reading many small objects that was more than a third of all memory, and as much again of buffers that wait for it to be
 * collected. It is counted after each collection; once it is large enough it is told to grow by nothing
 * (`--semi-space-growth-factor`, which V8 reads at each growth). For this isolate and those of the threads, which have limits of their own.
 *
 * Electron's V8 compresses pointers, has half of that anyway, and may not let its flags be changed: there nothing is done.
 */
export function keepNurserySmall(): void {
  if (isWatched || process.versions['electron'] !== undefined) return;
  isWatched = true;
  const observer = new PerformanceObserver(() => {
    const young = getHeapSpaceStatistics().find(({ space_name: name }) => name === 'new_space');
    if (young === undefined || young.space_size < enoughBytes) return;
    observer.disconnect();
    setFlagsFromString('--semi-space-growth-factor=1');
  });
  // It does not keep the process alive.
  observer.observe({ entryTypes: ['gc'] });
}
