import type { VerbInput, VerbOutput } from '../../../../shared/ipc/engine-verbs.ts';
import type { HostKeyPin } from '../../../../shared/model/source.ts';
import { isoUtc } from '../../platform/clock.ts';
import { asDisabledEvent } from '../../source/mysql/load/event-status.ts';
import type { EngineContext } from '../engine-context.ts';
import type { BookedRestore } from '../home/restore-book.ts';
import { sealPassword, sealSshAuth } from '../home/saved-secrets.ts';
import type { OpenRestore } from './open-restore.ts';
import { accessForReplacing, liveNames } from './replace-live.ts';

type RestoreInput = VerbInput<'restore.run'>;

/** True when the restore lies beside what a shop has, on its server, and can be swapped in. */
export function isBeside({ into, overwrite }: RestoreInput): boolean {
  return into.kind === 'same' || (into.kind === 'server' && overwrite !== undefined);
}

/**
 * Writes the restore into the book, for `swap` and `undo` to find.
 *
 * @param enabledEvents of the moment that it was brought to; null: those of the snapshot
 */
export async function bookRestore(
  context: EngineContext,
  input: RestoreInput,
  { plan, vault }: OpenRestore,
  output: VerbOutput<'restore.run'>,
  enabledEvents: readonly string[] | null,
  hostKey: HostKeyPin | null,
): Promise<void> {
  const { mysql } = await accessForReplacing(context, input);
  const lives = liveNames(plan, input);
  const liveOf = (name: string) => lives.get(name) ?? name;
  await context.home.restores.add({
    id: output.restoreId,
    at: isoUtc(context.clock.nowMs()),
    source: plan.manifest.source.name,
    snapshot: output.snapshot,
    stoppedAt: output.stoppedAt,
    host: mysql.host,
    port: mysql.port,
    access: accessToKeep(context, input, output.restoreId, hostKey),
    databases: plan.databases.map(({ record }, index) => ({
      name: liveOf(record.name),
      beside: output.databases[index] ?? record.name,
      before: null,
    })),
    tables: output.tables,
    rows: output.rows,
    whole: plan.isWhole,
    proven: output.digest.equal && [...output.ledgers, ...(output.counts ?? [])].every(({ equal }) => equal),
    sealed: vault === 'closed',
    enabledEvents: plan.databases.flatMap(({ record }) => {
      const inSnapshot = record.objects
        .filter(({ kind, ddl, sqlMode }) => kind === 'event' && asDisabledEvent(ddl, sqlMode) !== ddl)
        .map(({ name }) => name);
      const prefix = `${record.name}.`;
      const atMoment = enabledEvents
        ?.filter((each) => each.startsWith(prefix))
        .map((each) => each.slice(prefix.length));
      return (atMoment ?? inSnapshot).map((name) => `${liveOf(record.name)}.${name}`);
    }),
    ledgers: plan.ledgers.map((ledger) => ({ ...ledger, database: liveOf(ledger.database) })),
    state: 'beside',
    swappedAt: null,
    undoneAt: null,
    exchange: null,
    last: null,
  });
}

/** A restore with stand-ins is known on whatever server it stays: the cards can be added to it. */
export async function bookWithoutCards(
  context: EngineContext,
  input: RestoreInput,
  { plan }: OpenRestore,
  output: VerbOutput<'restore.run'>,
  hostKey: HostKeyPin | null,
): Promise<void> {
  const access = input.into.kind === 'server' ? input.into.target : null;
  const mysql = access ?? (await accessForReplacing(context, input)).mysql;
  const { until } = input;
  await context.home.restores.addWithoutCards({
    id: output.restoreId,
    at: isoUtc(context.clock.nowMs()),
    source: plan.manifest.source.name,
    snapshot: output.snapshot,
    stoppedAt: output.stoppedAt,
    moment: until === undefined || output.replay === undefined ? null : { until, to: output.replay.to },
    host: mysql.host,
    port: mysql.port,
    access: accessToKeep(context, input, output.restoreId, hostKey),
    databases: plan.databases.map(({ record }, index) => ({
      name: record.name,
      here: output.databases[index] ?? record.name,
    })),
    tables: plan.databases.flatMap(({ tables }) =>
      tables
        .filter(({ schema }) => schema.columns.some(({ secret }) => secret))
        .map(({ schema }) => `${schema.database}.${schema.name}`),
    ),
  });
}

/** A server that is no source is needed again for an undo: its secrets are kept as those of a source are, sealed for this restore alone. */
export function accessToKeep(
  context: EngineContext,
  { into }: RestoreInput,
  id: string,
  hostKey: HostKeyPin | null,
): BookedRestore['access'] {
  if (into.kind !== 'server') return null;
  const { keys } = context.unlocked();
  const { host, port, user, password, ssh } = into.target;
  return {
    mysql: { host, port, user },
    sealedPassword: sealPassword(keys, id, password),
    ssh:
      ssh === null
        ? null
        : {
            host: ssh.host,
            port: ssh.port,
            user: ssh.user,
            authKind: ssh.auth.kind,
            hostKey,
            sealedAuth: sealSshAuth(keys, id, ssh.auth),
          },
  };
}
