import { expect, it } from 'vitest';
import type { LoadSession } from '../../source/mysql/load/index.ts';
import type { RestoreUnderWay } from '../home/restore-book.ts';
import { areLeftOf } from './take-up.ts';

const { signal } = new AbortController();
const killed = (id: string, ...here: string[]) =>
  ({ id, databases: here.map((name) => ({ name, here: name })) }) as unknown as RestoreUnderWay;

/** A fake: a server on which each database says whose it is; the real one is asked where a restore is killed (contract.server.test.ts). */
const serverWith = (owners: Readonly<Record<string, string>>): LoadSession =>
  ({
    rows: (sql: string) => {
      const [, database = '', id = ''] =
        /FROM `(\w+)`\.`__shouhu_under_way` WHERE restore_id = '([\w-]+)'/.exec(sql) ?? [];
      return Promise.resolve(owners[database] === id ? [new Map([['ownership', 'made']])] : []);
    },
  }) as unknown as LoadSession;

it('takes databases for what a killed restore left only when all of them say so themselves', async () => {
  const session = serverWith({ shop: 'r-1', blog: 'r-1', mine: 'r-9' });
  expect(await areLeftOf(session, [killed('r-1', 'shop', 'blog')], ['shop', 'blog'], signal)).toBe(true);
  expect(await areLeftOf(session, [killed('r-2', 'shop'), killed('r-1', 'shop')], ['shop'], signal)).toBe(true);
  expect(await areLeftOf(session, [killed('r-1', 'shop', 'blog')], ['shop'], signal)).toBe(false);
  expect(await areLeftOf(session, [killed('r-1', 'shop', 'mine')], ['shop', 'mine'], signal)).toBe(false);
  expect(await areLeftOf(session, [], ['shop'], signal)).toBe(false);
});
