import { startCompatSource } from '../testing/source-server.ts';
import { describeReadBinlog } from './testing/read-binlog-suite.ts';

describeReadBinlog(() => startCompatSource('mysql'));
