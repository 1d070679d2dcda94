import { afterAll, beforeAll } from 'vitest';
import { describeReplayProof } from '../../../stream/testing/replay-proof-suite.ts';
import { describeTwins } from '../../../stream/testing/twin-suite.ts';
import { startCompatSource, type SourceServer } from '../testing/source-server.ts';
import { describeReadBinlog } from './testing/read-binlog-suite.ts';
import { describeReplay } from './testing/replay-suite.ts';
import { describeTracking } from './testing/track-suite.ts';

/** The target counts transactions by GTID, which is the stricter one: nothing may run there without. */
const withGtids = ['--gtid-mode=ON', '--enforce-gtid-consistency=ON'];

let source: SourceServer;
let target: SourceServer;
beforeAll(async () => {
  source = await startCompatSource('mysql');
  target = await startCompatSource('mysql', withGtids);
}, 300_000);
afterAll(() => Promise.all([source.stop(), target.stop()]));

describeReadBinlog(() => source);
describeTracking(() => source);
describeReplay(
  () => source,
  () => target,
);
describeTwins(() => source);
describeReplayProof(
  () => source,
  () => target,
  () => startCompatSource('mysql', [...withGtids, '--server-id=2', '--replica-parallel-workers=1']),
);
