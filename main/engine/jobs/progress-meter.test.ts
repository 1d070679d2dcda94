import { describe, expect, it } from 'vitest';
import type { JobProgress } from '../../../shared/model/job.ts';
import { TestClock } from '../repository/testing/keys.ts';
import { ProgressMeter } from './progress-meter.ts';

const progress = { phase: 'read', detail: 'orders', doneBytes: 0, totalBytes: null, doneItems: 0, totalItems: null };

describe('ProgressMeter', () => {
  function aMeter() {
    const clock = new TestClock();
    const seen: JobProgress[] = [];
    const meter = new ProgressMeter({ jobId: 'j', verb: 'backup.run', subject: '小店' }, clock, (each) =>
      seen.push(each),
    );
    return { clock, seen, meter };
  }

  it('lets at most four notices a second pass', () => {
    const { clock, seen, meter } = aMeter();
    for (let ms = 0; ms < 10_000; ms += 10) {
      meter.report({ ...progress, doneBytes: ms });
      clock.advance(10);
    }
    expect(seen).toHaveLength(40);
  });

  it('lets the first notice of every phase pass', () => {
    const { seen, meter } = aMeter();
    for (const phase of ['connect', 'lock', 'read', 'read', 'check']) meter.report({ ...progress, phase });
    expect(seen.map(({ phase }) => phase)).toEqual(['connect', 'lock', 'read', 'check']);
  });

  it('measures over the last five seconds and tells the time left', () => {
    const { clock, seen, meter } = aMeter();
    const report = (doneBytes: number) => meter.report({ ...progress, doneBytes, totalBytes: 100_000 });
    report(0);
    for (let second = 1; second <= 10; second++) {
      clock.advance(1000);
      report(second <= 5 ? second * 10_000 : 50_000 + (second - 5) * 1000);
    }
    expect(seen[1]).toMatchObject({ bytesPerSecond: 10_000, etaMs: 9000 });
    expect(seen.at(-1)).toMatchObject({ bytesPerSecond: 1000, etaMs: 45_000 });
  });

  it('counts the silence before a piece that came at once', () => {
    const { clock, seen, meter } = aMeter();
    meter.report(progress);
    clock.advance(20_000);
    meter.report({ ...progress, doneBytes: 2_000_000 });
    clock.advance(300);
    meter.report({ ...progress, doneBytes: 2_000_100 });
    expect(seen.map(({ bytesPerSecond }) => bytesPerSecond)).toEqual([0, 100_000, 98_527]);
  });

  it('promises no time left where nothing moves or no total is known', () => {
    const { clock, seen, meter } = aMeter();
    meter.report({ ...progress, totalBytes: 10 });
    clock.advance(1000);
    meter.report({ ...progress, totalBytes: 10 });
    clock.advance(1000);
    meter.report({ ...progress, doneBytes: 500 });
    expect(seen.map(({ etaMs }) => etaMs)).toEqual([null, null, null]);
  });

  it('never shows a speed below nothing, nor the last phase’s', () => {
    const { clock, seen, meter } = aMeter();
    meter.report({ ...progress, doneBytes: 1000 });
    clock.advance(1000);
    meter.report({ ...progress, doneBytes: 10 });
    meter.report({ ...progress, phase: 'check', doneBytes: 0 });
    expect(seen.map(({ bytesPerSecond }) => bytesPerSecond)).toEqual([0, 0, 0]);
  });
});
