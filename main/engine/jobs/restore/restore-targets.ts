import { resolve } from 'node:path';
import type { VerbInput } from '../../../../shared/ipc/engine-verbs.ts';
import type { CatalogSnapshot } from '../../catalog/catalog.ts';
import { startPrivateServer } from '../../sandbox/index.ts';
import { definersIn, makeDefiners } from '../../source/mysql/accounts/index.ts';
import type { MysqlTarget } from '../../source/mysql/index.ts';
import type { EngineContext, Run } from '../engine-context.ts';
import { accessOfInput, accessOfSaved, withServerSession, type ServerAccess } from '../source-session.ts';
import { findSource } from '../verbs/lookup.ts';
import { intoServerOrAround } from './around-by-scratch.ts';
import { requireSandbox, requireTarget } from './check-restore.ts';
import { intoFile, momentIntoFile } from './into-file.ts';
import { goOnInServer, intoServer, type Continuation, type Restored } from './into-server.ts';
import type { OpenRestore } from './open-restore.ts';
import { asNames, namesOnTarget } from './names-on-target.ts';
import { withRestoreJournal } from './restore-journal.ts';
import { wishOf } from './restore-wish.ts';
import { takeUp } from './take-up.ts';

type RestoreInput = VerbInput<'restore.run'>;

export async function restoreInto(
  context: EngineContext,
  input: RestoreInput,
  snapshot: CatalogSnapshot,
  open: OpenRestore,
  next: Continuation,
  run: Run,
): Promise<Restored> {
  const { into } = input;
  switch (into.kind) {
    case 'sandbox':
      return intoSandbox(input, snapshot, open, next, run);
    case 'same': {
      const access = accessOfSaved(context.unlocked().keys, await findSource(context, input.source));
      return ontoServer(context, access, input, snapshot, open, next, run);
    }
    case 'server': {
      const { ssh, ...mysql } = into.target;
      return ontoServer(context, accessOfInput({ mysql, ssh }), input, snapshot, open, next, run);
    }
    case 'sql':
      return next.moment === null
        ? intoFile(context, resolve(into.path), input.as, open, run)
        : momentIntoFile(context, resolve(into.path), input.as, open, next.moment, run);
  }
}

/** A server that stays. What a process that was killed left there of this very restore is gone on with, or taken away first. */
async function ontoServer(
  context: EngineContext,
  access: ServerAccess,
  input: RestoreInput,
  { manifest }: CatalogSnapshot,
  open: OpenRestore,
  next: Continuation,
  run: Run,
): Promise<Restored> {
  const { moment } = next;
  const at = moment?.lastCommitAt ?? manifest.at;
  const { host, port } = access.mysql;
  const wish = wishOf(input, open, moment);
  const facts = { input, wish, snapshot: manifest.id, stoppedAt: at, host, port };
  return withRestoreJournal(context, facts, (journal) =>
    withServerSession(access, run.signal, async (server) => {
      const { target, hostKey } = server;
      const onto = { target, kept: { journal, hostKey } };
      const left = await takeUp(target, journal, moment !== null, run.signal);
      if (left !== null && moment !== null) return goOnInServer(onto, left, open, { ...next, moment }, journal, run);
      await requireTarget(server, open.plan, run.signal);
      const names = await namesOnTarget(target, input, at, open.plan, run.signal);
      return intoServerOrAround(context, onto, names, open, next, run);
    }),
  );
}

async function intoSandbox(
  input: RestoreInput,
  { manifest }: CatalogSnapshot,
  open: OpenRestore,
  next: Continuation,
  run: Run,
): Promise<Restored> {
  await requireSandbox(open.plan);
  run.report({ phase: 'sandbox', detail: '', doneBytes: 0, totalBytes: null, doneItems: 0, totalItems: null });
  const lowerCase = manifest.server.variables['lower_case_table_names'];
  const server = await startPrivateServer({
    preferred: manifest.server.flavour,
    socketOnly: true,
    durability: 'none',
    signal: run.signal,
    // Names that differ only in case, or were folded on the source, must meet the same rule here.
    extraArgs: lowerCase === '0' || lowerCase === '1' ? [`--lower-case-table-names=${lowerCase}`] : [],
  });
  try {
    const target: MysqlTarget = { host: '127.0.0.1', port: server.port ?? 0, ...server.connection };
    // What the log makes may stand on what acts for an account of the shop.
    const objects = open.plan.databases.flatMap(({ record }) => record.objects);
    if (next.moment !== null) await makeDefiners(target, definersIn(objects), run.signal);
    return await intoServer({ target, kept: null }, asNames(open.plan, input.as), open, next, run);
  } finally {
    await server.stop();
  }
}
