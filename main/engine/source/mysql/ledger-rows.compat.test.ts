import { describe } from 'vitest';
import { compatServerNames, compatServers } from '../../sandbox/testing/compat-servers.ts';
import { ledgerOverAnyRows } from './testing/ledger-rows-suite.ts';
import { startCompatSource } from './testing/source-server.ts';

const present = compatServers('mysql', 'mariadb');

describe.each(['mysql', 'mariadb'] as const)('a ledger over any rows of %s', (kind) => {
  describe.skipIf(!present.includes(kind))(compatServerNames[kind], () =>
    ledgerOverAnyRows(() => startCompatSource(kind)),
  );
});
