import { describe } from 'vitest';
import { compatServerNames, compatServers } from '../sandbox/testing/compat-servers.ts';
import { lostObjects } from './testing/lost-objects-suite.ts';

const present = compatServers('mysql', 'mariadb');

describe.each(['mysql', 'mariadb'] as const)('what an account of %s may not see', (kind) => {
  describe.skipIf(!present.includes(kind))(compatServerNames[kind], () => lostObjects(kind));
});
