import { afterAll, beforeAll } from 'vitest';
import { describeReplayProof } from '../../../stream/testing/replay-proof-suite.ts';
import { startSource, type SourceServer } from '../testing/source-server.ts';
import { describeReadBinlog } from './testing/read-binlog-suite.ts';
import { describeReplay } from './testing/replay-suite.ts';
import { describeTracking } from './testing/track-suite.ts';

let source: SourceServer;
let target: SourceServer;
beforeAll(async () => {
  [source, target] = await Promise.all([startSource(), startSource()]);
});
afterAll(() => Promise.all([source.stop(), target.stop()]));

describeReadBinlog(() => source);
describeTracking(() => source);
describeReplay(
  () => source,
  () => target,
);
describeReplayProof(
  () => source,
  () => target,
  () => startSource(['--server-id=2']),
);
