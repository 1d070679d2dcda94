import { startSource } from '../source/mysql/testing/source-server.ts';
import { exchangeSuite } from './testing/exchange-suite.ts';

// Every statement in turn is the compatibility suite's.
exchangeSuite('an exchange on MariaDB', 'mariadb', startSource, 2);
