import { describe } from 'vitest';
import { ledgerOverAnyRows } from './testing/ledger-rows-suite.ts';
import { startSource } from './testing/source-server.ts';

describe('a ledger over any rows', () => ledgerOverAnyRows(() => startSource()));
