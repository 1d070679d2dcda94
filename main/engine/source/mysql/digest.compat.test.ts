import { describe } from 'vitest';
import { compatServerNames, compatServers } from '../../sandbox/testing/compat-servers.ts';
import { describeDigests } from './testing/digest-suite.ts';
import { startCompatSource } from './testing/source-server.ts';

const servers = { mysql: compatServers('mysql').length > 0, mariadb: compatServers('mariadb').length > 0 };
for (const kind of ['mysql', 'mariadb'] as const) {
  describe.skipIf(!servers[kind])(compatServerNames[kind], () => {
    describeDigests(compatServerNames[kind], () => startCompatSource(kind));
  });
}
