import { describeDigests } from './testing/digest-suite.ts';
import { startSource } from './testing/source-server.ts';

describeDigests('MariaDB', startSource);
