import { describe, expect, it } from 'vitest';
import { AppError } from '../../../shared/errors/app-error.ts';
import type { Range } from '../../../shared/model/database.ts';
import { aLedger, aTable } from '../backup/testing/a-capture.ts';
import { aManifest } from '../repository/testing/a-shop.ts';
import type { LoadSession } from '../source/mysql/load/index.ts';
import { proveTables, type ProofRequest } from './prove-tables.ts';

const open = 'a'.repeat(32);
const sealed = 'b'.repeat(32);
const other = 'c'.repeat(32);

/**
 * A server that answers digest and sum questions from a list, to see what verdict is drawn. That the questions are right is proven on
 * real servers.
 */
function aSession(answer: (sql: string) => { rows: number; digest?: string; sum?: string }): LoadSession {
  const connection = {
    ask: async (sql: string) => {
      await Promise.resolve();
      const { rows, digest = '0'.repeat(32), sum = '0' } = answer(sql);
      const half = (from: number) => BigInt(`0x${digest.slice(from, from + 16)}`).toString();
      const row = new Map([
        ['n', String(rows)],
        ['hashed', String(rows)],
        ['high', half(0)],
        ['low', half(16)],
        ['total', sum],
      ]);
      return { rows: [row], result: { columns: [], warnings: 0, affectedRows: 0 } };
    },
  };
  return { connection } as unknown as LoadSession;
}

function aRange(fields: Partial<Range> = {}): Range {
  const chunk = { id: '1'.repeat(64), sealedId: '2'.repeat(64), rows: 70, textBytes: 1 };
  return {
    lower: null,
    rows: 70,
    digest: open,
    sum: null,
    sealedDigest: sealed,
    sealedSum: null,
    chunks: [chunk],
    ledgers: [],
    ...fields,
  };
}

const isSealedQuestion = (sql: string) => sql.includes('`secret`');
const isLedgerQuestion = (sql: string) => sql.includes('total');

function aProof(ranges: readonly Range[], fields: Partial<ProofRequest> = {}): ProofRequest {
  const load = {
    record: { schema: aTable(), rows: 70, ranges: [...ranges] },
    database: 'copy',
    sealedDigests: new Map<string, string>(),
  };
  return {
    plan: {
      manifest: aManifest({
        ledgers: [{ name: 'sales', currency: 'CNY', rows: 70, sum: '35.00', serverSum: '35.00', equal: true }],
      }),
      databases: [],
      notKept: [],
      objectsNotKept: [],
      refused: [],
      totalBytes: 0,
      isWhole: true,
      ledgers: [aLedger()],
    },
    tables: [load],
    sessions: [],
    nameOf: () => 'copy',
    isVaultOpen: true,
    readBack: null,
    fail: () => undefined,
    signal: new AbortController().signal,
    ...fields,
  };
}

const good = (sql: string) => {
  if (isLedgerQuestion(sql)) return { rows: 70, sum: '35' };
  return { rows: 70, digest: isSealedQuestion(sql) ? sealed : open };
};

describe('proveTables', () => {
  it('finds all equal, in as many comparisons as there are ranges', async () => {
    const proof = await proveTables(aProof([aRange(), aRange()], { sessions: [aSession(good), aSession(good)] }));
    expect(proof.digest).toEqual({ ranges: 2, compared: 2, equal: true, different: [] });
    expect(proof.ledgers).toMatchObject([{ equal: true, sum: '35.00', serverSum: '35' }]);
  });

  it.each<[string, (sql: string) => { rows: number; digest?: string; sum?: string }]>([
    ['a missing row', (sql) => (isLedgerQuestion(sql) ? good(sql) : { ...good(sql), rows: 69 })],
    [
      'another value',
      (sql) => (isLedgerQuestion(sql) || isSealedQuestion(sql) ? good(sql) : { rows: 70, digest: other }),
    ],
    ['another secret', (sql) => (isSealedQuestion(sql) ? { rows: 70, digest: other } : good(sql))],
  ])('names the table of %s', async (_, answer) => {
    const proof = await proveTables(aProof([aRange()], { sessions: [aSession(answer)] }));
    expect(proof.digest).toMatchObject({ equal: false, different: ['shop.cards'], compared: 1 });
  });

  it.each([
    [{ rows: 70, sum: '35.01' }, false],
    [{ rows: 71, sum: '35' }, false],
    [{ rows: 70, sum: '35.000' }, true],
  ])('compares money to the cent: %j is %s', async (ledger, equal) => {
    const answer = (sql: string) => (isLedgerQuestion(sql) ? ledger : good(sql));
    const { ledgers } = await proveTables(aProof([aRange()], { sessions: [aSession(answer)] }));
    expect(ledgers[0]!.equal).toBe(equal);
  });

  it('says nothing of secrets while the vault is closed', async () => {
    const asked: string[] = [];
    const session = aSession((sql) => {
      asked.push(sql);
      return good(sql);
    });
    await proveTables(aProof([aRange()], { sessions: [session], isVaultOpen: false }));
    expect(asked.some(isSealedQuestion)).toBe(false);
  });

  it.each([
    [sealed, true],
    [other, false],
  ])('proves a small group by the digest inside its seal: %s is %s', async (inside, equal) => {
    const request = aProof([aRange({ rows: 70, sealedDigest: null })], { sessions: [aSession(good)] });
    request.tables[0]!.sealedDigests.set('2'.repeat(64), inside);
    expect((await proveTables(request)).digest.equal).toBe(equal);
  });

  it.each([
    [open, sealed, true],
    [other, sealed, false],
    [open, other, false],
  ])('draws the verdict from rows that were read back: %s, %s', async (openFound, sealedFound, equal) => {
    const asked: string[] = [];
    const session = aSession((sql) => {
      asked.push(sql);
      return good(sql);
    });
    const found = (digest: string) => ({ rows: 70, digest, sum: null });
    const readBack = {
      costs: { isAskingCheaper: () => false, fetched: () => undefined, asked: () => undefined },
      digests: () => Promise.resolve({ open: found(openFound), sealed: found(sealedFound) }),
      close: () => undefined,
    };

    const ranges = [aRange(), aRange({ lower: ['Mg=='] })];
    const { digest } = await proveTables(aProof(ranges, { sessions: [session], readBack }));

    expect(digest).toMatchObject({ ranges: 2, compared: 2, equal });
    // The first range of a table is the server's own to answer.
    expect(asked.filter((sql) => !isLedgerQuestion(sql))).toHaveLength(2);
  });

  it('finds a row in a table that must be empty', async () => {
    const proof = await proveTables(aProof([], { sessions: [aSession(() => ({ rows: 1 }))] }));
    expect(proof.digest).toMatchObject({ equal: false, different: ['shop.cards'] });
  });

  it('lets no question go unheard when several fail', async () => {
    const unheard: unknown[] = [];
    const listen = (error: unknown) => unheard.push(error);
    process.on('unhandledRejection', listen);
    const told: unknown[] = [];
    const session = aSession(() => {
      throw new AppError('mysql.connection-lost', {});
    });
    const request = aProof([aRange(), aRange()], { sessions: [session, session], fail: (error) => told.push(error) });

    await expect(proveTables(request)).rejects.toMatchObject({ code: 'mysql.connection-lost' });

    await new Promise((resolve) => setTimeout(resolve, 10));
    process.off('unhandledRejection', listen);
    expect([unheard, told.length]).toEqual([[], 1]);
  });
});
