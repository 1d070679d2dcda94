import { afterAll, beforeAll } from 'vitest';
import { startSource, type SourceServer } from '../testing/source-server.ts';
import { describeReadBinlog } from './testing/read-binlog-suite.ts';
import { describeTracking } from './testing/track-suite.ts';

let source: SourceServer;
beforeAll(async () => {
  source = await startSource();
});
afterAll(() => source.stop());

describeReadBinlog(() => source);
describeTracking(() => source);
