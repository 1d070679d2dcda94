import { stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, resolve } from 'node:path';
import { AppError } from '../../../../shared/errors/app-error.ts';
import type { ErrorCode } from '../../../../shared/errors/app-error.ts';
import type { VerbInput, VerbOutput } from '../../../../shared/ipc/engine-verbs.ts';
import type { RestoreCheck } from '../../../../shared/model/restore-check.ts';
import { checkMusts, checkRoom, checkRoomForFile, checkTarget } from '../../restore/target/check-target.ts';
import { found } from '../../restore/target/check.ts';
import type { RestorePlan } from '../../restore/plan-restore.ts';
import { withLoadSession } from '../../source/mysql/load/index.ts';
import type { EngineContext, Run } from '../engine-context.ts';
import { accessOfInput, accessOfSaved, withServerSession, type ServerSession } from '../source-session.ts';
import { findSnapshot, findSource } from '../verbs/lookup.ts';
import { ensureCatalogBuilt } from '../verbs/refresh-catalog.ts';
import { withOpenRestore } from './open-restore.ts';
import { withMoment } from './point-in-time.ts';
import { namesOnTarget } from './names-on-target.ts';
import { areLeftOf } from './take-up.ts';
import { freeBytesAt, targetRoom } from './target-room.ts';

type RestoreInput = VerbInput<'restore.check'>;

/**
 * What would come in the way of a restore, or be another way behind it: the same input as for `restore.run`, and nothing is written anywhere. The vault stays closed.
 * Errors: those that `restore.run` has before it writes.
 */
export async function restoreCheck(
  context: EngineContext,
  input: RestoreInput,
  run: Run,
): Promise<VerbOutput<'restore.check'>> {
  const startedMs = context.clock.monotonicMs();
  await ensureCatalogBuilt(context, run.signal);
  const { source, until, from } = input;
  const selection = { databases: input.databases, tables: input.tables, accounts: input.accounts === true };
  const look = (snapshot: ReturnType<typeof findSnapshot>, at: string) =>
    withOpenRestore(
      context,
      { snapshot, selection, from, vault: null, isReplayed: until !== undefined },
      run,
      async ({ plan }) => {
        if (input.as !== null && plan.databases.length !== 1)
          throw new AppError('usage.bad-argument', { argument: 'as', value: input.as });
        return {
          snapshot: snapshot.manifest.id,
          checks: await checksOf(context, input, plan, at, run),
          durationMs: Math.round(context.clock.monotonicMs() - startedMs),
        };
      },
    );
  if (until === undefined) {
    const snapshot = findSnapshot(context, input.snapshot, source);
    return look(snapshot, snapshot.manifest.at);
  }
  return withMoment(context, { source, snapshot: input.snapshot, until, from, vault: null }, run, (moment) =>
    look(moment.snapshot, moment.lastCommitAt ?? moment.snapshot.manifest.at),
  );
}

async function checksOf(
  context: EngineContext,
  input: RestoreInput,
  plan: RestorePlan,
  at: string,
  run: Run,
): Promise<RestoreCheck[]> {
  const { into } = input;
  if (into.kind === 'sandbox') return [await checkSandbox(plan)];
  if (into.kind === 'sql') return checkFile(resolve(into.path), plan);
  const access =
    into.kind === 'same'
      ? accessOfSaved(context.unlocked().keys, await findSource(context, input.source))
      : accessOfInput({ mysql: into.target, ssh: into.target.ssh });
  return withServerSession(access, run.signal, async (server) => {
    const renames = await namesOnTarget(server.target, input, at, plan, run.signal);
    return withLoadSession(server.target, { signal: run.signal }, async (session) => {
      const checks = await checkTarget(
        session,
        plan,
        renames,
        await targetRoom(session, server, run.signal),
        run.signal,
      );
      const { underWay } = await context.home.restores.read();
      const { host, port } = access.mysql;
      const names = plan.databases.map(({ record }) => renames.get(record.name) ?? record.name);
      const cutOff = underWay.filter(
        (each) =>
          each.host === host && each.port === port && each.snapshot === plan.manifest.id && each.stoppedAt === at,
      );
      // What the same restore left when it was killed does not stand in its own way.
      const isLeft = await areLeftOf(session, cutOff, names, run.signal);
      return checks.map((each) => (each.id === 'names' && isLeft ? found('names', 'ok') : each));
    });
  });
}

/** What would fail after an hour, or hurt: throws the first that does not hold. The others are refused by the server itself at once, or are told behind it. */
export async function requireTarget(server: ServerSession, plan: RestorePlan, signal: AbortSignal): Promise<void> {
  await withLoadSession(server.target, { signal }, async (session) => {
    requireAll(await checkMusts(session, plan, await targetRoom(session, server, signal), signal));
  });
}

export async function requireSandbox(plan: RestorePlan): Promise<void> {
  requireAll([await checkSandbox(plan)]);
}

function requireAll(checks: readonly RestoreCheck[]): void {
  for (const { errorCode, facts } of checks) if (errorCode !== null) throw new AppError(errorCode as ErrorCode, facts);
}

async function checkSandbox(plan: RestorePlan): Promise<RestoreCheck> {
  const path = tmpdir();
  return checkRoom(plan, { path, freeBytes: await freeBytesAt(path), holdsLog: false });
}

async function checkFile(path: string, plan: RestorePlan): Promise<RestoreCheck[]> {
  const isThere = await stat(path).then(
    () => true,
    () => false,
  );
  const folder = dirname(path);
  const room = checkRoomForFile(plan, { path: folder, freeBytes: await freeBytesAt(folder) });
  return [
    // What is packed takes a part of it that nobody knows before.
    path.endsWith('.zst') && room.state === 'fail' ? { ...room, state: 'warn', errorCode: null } : room,
    isThere ? found('names', 'fail', { names: path }, 'restore.target-exists') : found('names', 'ok'),
  ];
}
