import type { VerbInput } from '../../../../shared/ipc/engine-verbs.ts';
import type { RestorePlan } from '../../restore/plan-restore.ts';
import { connectMysql, type MysqlTarget } from '../../source/mysql/index.ts';
import { besideNames } from './beside-names.ts';
import { liveNames } from './replace-live.ts';

type RestoreInput = VerbInput<'restore.run'>;

export function asNames(plan: RestorePlan, as: string | null): ReadonlyMap<string, string> {
  const [only] = plan.databases;
  return as === null || only === undefined ? new Map() : new Map([[only.record.name, as]]);
}

/** Names of databases on a server, where they are not those of the snapshot. */
export async function namesOnTarget(
  target: MysqlTarget,
  input: Pick<RestoreInput, 'into' | 'as' | 'overwrite'>,
  at: string,
  plan: RestorePlan,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, string>> {
  const isBeside = input.into.kind === 'same' || input.overwrite !== undefined;
  return isBeside ? namesBeside(target, input, at, plan, signal) : asNames(plan, input.as);
}

/** The live database keeps its name and its place. A name that a person gave is taken as it is, or refused; with `overwrite` it is the live one's. */
async function namesBeside(
  target: MysqlTarget,
  input: Pick<RestoreInput, 'as' | 'overwrite'>,
  at: string,
  plan: RestorePlan,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, string>> {
  if (input.as !== null && input.overwrite === undefined) return asNames(plan, input.as);
  const lives = liveNames(plan, input);
  const connection = await connectMysql(target, { signal });
  try {
    const taken = await connection.query('SHOW DATABASES', { signal });
    const names = besideNames(
      [...lives.values()],
      at,
      taken.map((row) => row.get('database') ?? ''),
    );
    return new Map([...lives].map(([name, live]) => [name, names.get(live) ?? live]));
  } finally {
    connection.close();
  }
}
