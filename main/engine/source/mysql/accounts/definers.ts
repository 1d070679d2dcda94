import { isAppErrorOf } from '../../../../../shared/errors/app-error.ts';
import type { AccountName } from '../../../../../shared/model/accounts.ts';
import type { SchemaObject } from '../../../../../shared/model/database.ts';
import { randomKeyBytes } from '../../../platform/random.ts';
import { withLoadSession } from '../load/load-session.ts';
import { definerOf } from '../load/rewrite-ddl.ts';
import { quoteText } from '../quote.ts';
import type { OrphanedObject } from '../schema/missing-definers.ts';
import type { MysqlTarget } from '../types.ts';
import { quoteAccount } from './account-sql.ts';
import { AccountTokens } from './account-tokens.ts';

/** For whom objects act, by their own statements; each once. */
export function definersIn(objects: readonly SchemaObject[]): AccountName[] {
  return definersNamed(objects.flatMap(({ ddl, sqlMode }) => definerOf(ddl, sqlMode) ?? []));
}

/** @param texts as statements write them: `` `user`@`host` `` */
export function definersNamed(texts: readonly string[]): AccountName[] {
  return unique(texts.flatMap((text) => AccountTokens.of(text)?.account() ?? []));
}

/** For whom objects act although nobody of that name is there. A host has no @ in it. */
export function missingAccounts(orphans: readonly OrphanedObject[]): AccountName[] {
  return unique(
    orphans.map(({ definer }) => {
      const at = definer.lastIndexOf('@');
      return at < 0 ? { user: definer, host: null } : { user: definer.slice(0, at), host: definer.slice(at + 1) };
    }),
  );
}

/**
 * Makes accounts that nobody can log in as and that may do everything, so that what acts for them works. Only for a server that is thrown away. One that
 * the server refuses is left out: what acts for it is then told as any other that is not there.
 */
export async function makeDefiners(
  target: MysqlTarget,
  names: readonly AccountName[],
  signal: AbortSignal,
): Promise<void> {
  await withLoadSession(target, { signal, withoutBinlog: true }, async (session) => {
    for (const name of names) {
      const account = quoteAccount(name);
      // Anonymous accounts stand in the way of logins.
      if (name.user === '') continue;
      try {
        await session.execute(
          name.host === null
            ? `CREATE ROLE IF NOT EXISTS ${account}`
            : `CREATE USER IF NOT EXISTS ${account} IDENTIFIED BY ${quoteText(randomKeyBytes(24).toString('base64url'))}`,
          signal,
        );
        await session.execute(`GRANT ALL ON *.* TO ${account}`, signal);
      } catch (error) {
        if (!isAppErrorOf(error, 'mysql.query-failed')) throw error;
      }
    }
  });
}

function unique(names: readonly AccountName[]): AccountName[] {
  return [...new Map(names.map((name) => [quoteAccount(name), name])).values()];
}
