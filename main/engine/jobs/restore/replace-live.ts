import { AppError } from '../../../../shared/errors/app-error.ts';
import type { VerbInput } from '../../../../shared/ipc/engine-verbs.ts';
import type { HostKeyPin } from '../../../../shared/model/source.ts';
import type { RestorePlan } from '../../restore/plan-restore.ts';
import { withLoadSession } from '../../source/mysql/load/index.ts';
import { checkPrivileges, checkWritable, requireAll } from '../../swap/index.ts';
import type { EngineContext } from '../engine-context.ts';
import { accessOfInput, accessOfSaved, withServerSession, type ServerAccess } from '../source-session.ts';
import { findSource } from '../verbs/lookup.ts';
import type { OpenRestore } from './open-restore.ts';

type RestoreInput = VerbInput<'restore.run'>;

/** Whether the restore is to take the place of what a shop has. Error: `usage.bad-argument` where that makes no sense. */
export function isReplacing({ into, swap, overwrite }: RestoreInput): boolean {
  if (swap === true && (into.kind !== 'same' || overwrite !== undefined))
    throw new AppError('usage.bad-argument', { argument: 'swap' });
  if (overwrite !== undefined && into.kind !== 'same' && into.kind !== 'server')
    throw new AppError('usage.bad-argument', { argument: 'overwrite' });
  return swap === true || overwrite !== undefined;
}

/** The names that the shop uses, by those of the snapshot. `as` is another one for the only database, but beside a shop it is where the restore lies. */
export function liveNames(
  { databases }: RestorePlan,
  { as, overwrite }: Pick<RestoreInput, 'as' | 'overwrite'>,
): ReadonlyMap<string, string> {
  return new Map(
    databases.map(({ record }) => [record.name, overwrite === undefined ? record.name : (as ?? record.name)]),
  );
}

export async function accessForReplacing(
  context: EngineContext,
  { source, into }: RestoreInput,
): Promise<ServerAccess> {
  if (into.kind !== 'server') return accessOfSaved(context.unlocked().keys, await findSource(context, source));
  const { ssh, ...mysql } = into.target;
  return accessOfInput({ mysql, ssh });
}

/**
 * Everything that can be known before an hour of restoring: the typed names, an open vault, a server that takes changes, the rights. Gives the host key
 * that the tunnel met. Errors: `restore.confirmation-missing` {expected}, `swap.vault-closed`, `swap.read-only`, `swap.no-privilege`.
 */
export async function beforeReplacing(
  context: EngineContext,
  input: RestoreInput,
  { plan, vault }: OpenRestore,
  signal: AbortSignal,
): Promise<{ readonly hostKey: HostKeyPin | null }> {
  const access = await accessForReplacing(context, input);
  const lives = [...liveNames(plan, input).values()];
  if (input.overwrite !== undefined) {
    const expected = lives.map((name) => `${access.mysql.host}/${name}`).sort();
    const typed = input.overwrite
      .split(',')
      .map((each) => each.trim())
      .sort();
    if (JSON.stringify(expected) !== JSON.stringify(typed))
      throw new AppError('restore.confirmation-missing', { expected: expected.join(',') });
  }
  if (vault === 'closed') throw new AppError('swap.vault-closed', {});
  return withServerSession(access, signal, async ({ target, hostKey }) => {
    await withLoadSession(target, { signal }, async (session) => {
      requireAll([await checkWritable(session, signal), await checkPrivileges(session, lives, null)]);
    });
    return { hostKey };
  });
}
