import { describe } from 'vitest';
import { ddlBesideBackup } from './testing/ddl-beside-backup-suite.ts';

describe('DDL beside a backup', () => ddlBesideBackup('local'));
