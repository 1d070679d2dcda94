import { describe } from 'vitest';
import { compatServerNames, compatServers } from '../sandbox/testing/compat-servers.ts';
import { ddlBesideBackup } from './testing/ddl-beside-backup-suite.ts';

const present = compatServers('mysql', 'mariadb');

describe.each(['mysql', 'mariadb'] as const)('DDL beside a backup of %s', (kind) => {
  describe.skipIf(!present.includes(kind))(compatServerNames[kind], () => ddlBesideBackup(kind));
});
