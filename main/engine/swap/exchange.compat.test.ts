import { compatServerNames, compatServers, flavourOf } from '../sandbox/testing/compat-servers.ts';
import { startCompatSource } from '../source/mysql/testing/source-server.ts';
import { exchangeSuite } from './testing/exchange-suite.ts';

for (const kind of compatServers('mysql', 'mariadb'))
  exchangeSuite(`an exchange on ${compatServerNames[kind]}`, flavourOf(kind), () => startCompatSource(kind), 1);
