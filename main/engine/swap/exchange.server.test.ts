import { startSource } from '../source/mysql/testing/source-server.ts';
import { exchangeSuite } from './testing/exchange-suite.ts';

exchangeSuite('an exchange on MariaDB', 'mariadb', startSource);
