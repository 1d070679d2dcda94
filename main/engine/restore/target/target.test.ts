import { describe, expect, it } from 'vitest';
import type { SchemaObject, ServerFacts } from '../../../../shared/model/database.ts';
import { restoreCheckIds, type RestoreCheck } from '../../../../shared/model/restore-check.ts';
import { restoreCheckText } from '../../../../shared/i18n/restore-checks.ts';
import { bytesFor, checkRoom, checkRoomForFile } from './check-target.ts';
import { checkLetterCase } from './letter-case.ts';
import { namesLikeWords, youngWords } from './young-words.ts';

const server = (flavour: ServerFacts['flavour'], version: string) =>
  ({ flavour, version, variables: {} }) as unknown as ServerFacts;
const routine = (body: string, sqlMode = '') =>
  ({ kind: 'procedure', name: 'p', ddl: `CREATE PROCEDURE \`p\`() ${body}`, sqlMode }) as unknown as SchemaObject;

describe('names that a younger server keeps for itself', () => {
  const old = server('mysql', '5.7.44');
  it.each([
    ['BEGIN DECLARE rank INT; SET rank = 1; END', ['RANK']],
    ['SELECT `rank`, NEW.rank, t.groups FROM t', []],
    ["SELECT 'rank' /* groups */ -- system\n", []],
    ['SELECT groups, System FROM t', ['GROUPS', 'SYSTEM']],
    ['SELECT 1 LIMIT 5 OFFSET 10', []],
    ['SELECT offset FROM t', ['OFFSET']],
    ['SELECT LEAD(id) FROM t', []],
  ])('%s', (body, words) => expect(namesLikeWords(routine(body), old)).toEqual(words));

  it('a word that its own server kept has its meaning there', () => {
    const over = routine('SELECT ROW_NUMBER() OVER w FROM t WINDOW w AS (ORDER BY id)');
    expect(namesLikeWords(over, server('mysql', '8.0.36'))).toEqual([]);
    expect(namesLikeWords(over, old)).toEqual(['OVER', 'WINDOW']);
    expect(namesLikeWords(routine('SELECT "rank" FROM t', 'ANSI_QUOTES'), old)).toEqual([]);
    expect(youngWords).toContain('LIBRARY');
  });
});

describe('names that differ by capital letters', () => {
  it.each([
    ['0', '0', ['s.A', 's.a'], 'ok'],
    ['0', '1', ['s.A', 's.a', 's.b'], 'fail'],
    ['0', '2', ['s.A', 's.a'], 'fail'],
    ['0', '1', ['s.Orders'], 'warn'],
    ['0', '2', ['s.Orders'], 'ok'],
    ['1', '0', ['s.orders'], 'warn'],
    ['', '1', ['s.A', 's.a'], 'ok'],
  ])('from %s to %s: %j', (source, target, names, state) =>
    expect(checkLetterCase(source, target, names).state).toBe(state),
  );
  it('names those that run into each other', () =>
    expect(checkLetterCase('0', '1', ['s.A', 's.a', 's.b']).facts['names']).toBe('s.A, s.a'));
});

describe('room', () => {
  const plan = (ddl = 'CREATE TABLE t (a int) ENGINE=InnoDB') =>
    ({ totalBytes: 1000, databases: [{ tables: [{ schema: { ddl } }] }] }) as unknown as Parameters<
      typeof checkRoom
    >[0];
  const stateAt = (freeBytes: number | null, logs = false, ddl?: string) =>
    checkRoom(plan(ddl), { freeBytes, path: '/data', holdsLog: logs }).state;

  it('is refused where the disk of a server may get full, and never guessed', () => {
    expect([stateAt(1999), stateAt(2000), stateAt(2999), stateAt(3000), stateAt(null)]).toEqual([
      'fail',
      'warn',
      'warn',
      'ok',
      'unknown',
    ]);
    // The server writes everything a second time into its log.
    expect([stateAt(2999, true), stateAt(3000, true), stateAt(4500, true)]).toEqual(['fail', 'warn', 'ok']);
    expect(stateAt(10, false, 'CREATE TABLE t (a int) ENGINE=InnoDB ROW_FORMAT=COMPRESSED')).toBe('warn');
    expect(bytesFor(1000, true)).toEqual({ neededBytes: 3000, easyBytes: 4500 });
    const fileAt = (freeBytes: number | null) => checkRoomForFile(plan(), { freeBytes, path: '/out' }).state;
    expect([fileAt(999), fileAt(1000), fileAt(2000), fileAt(null)]).toEqual(['fail', 'warn', 'ok', 'unknown']);
  });
});

describe.each(['zh', 'en'] as const)('what a check says (%s)', (language) => {
  /** Every state that the code can give. */
  const states: Readonly<Record<RestoreCheck['id'], readonly RestoreCheck['state'][]>> = {
    room: ['ok', 'warn', 'fail', 'unknown'],
    writable: ['ok', 'fail'],
    privileges: ['ok', 'warn'],
    names: ['ok', 'fail'],
    'letter-case': ['ok', 'warn', 'fail'],
    portable: ['ok', 'warn', 'fail'],
    packet: ['ok', 'warn'],
    'sql-mode': ['ok', 'warn'],
    definers: ['ok', 'warn', 'unknown'],
    words: ['ok', 'warn'],
  };
  it.each(restoreCheckIds)('%s', (id) => {
    for (const state of states[id]) {
      const { label, text } = restoreCheckText({ id, state, facts: {}, errorCode: null }, language);
      expect(label).not.toBe('');
      expect(text.length).toBeGreaterThan(2);
    }
  });
  it('says which collation needs which server', () => {
    const facts = { feature: 'COLLATE utf8mb4_0900_ai_ci', object: 'shop.t', target: 'MariaDB 10.11' };
    const { text } = restoreCheckText({ id: 'portable', state: 'fail', facts, errorCode: null }, language);
    expect(text).toContain('11.4.5');
  });
});
