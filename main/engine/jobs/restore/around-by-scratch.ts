import { AppError, isAppErrorOf } from '../../../../shared/errors/app-error.ts';
import { findNameInLog } from '../../restore/find-name-in-log.ts';
import type { EngineContext, Run } from '../engine-context.ts';
import { intoServer, type Continuation, type Onto, type Restored } from './into-server.ts';
import { withPicturedMoment, type PicturedMoment } from './moment-on-scratch.ts';
import type { OpenRestore } from './open-restore.ts';
import type { Moment } from './point-in-time.ts';
import { requireFlavour, wantedOf } from './replay-moment.ts';

/**
 * Straight into the server; or, where a statement of the log names a database that has another name there, around by a server of our own on which it has
 * its own. What can be seen of that is looked for before anything is written; what shows itself later ends the try, which takes back what it made.
 * Error: `replay.name-in-statement` with `hint` where this computer has no such server.
 */
export async function intoServerOrAround(
  context: EngineContext,
  onto: Onto,
  renames: ReadonlyMap<string, string>,
  open: OpenRestore,
  next: Continuation,
  run: Run,
): Promise<Restored> {
  const { moment } = next;
  if (moment === null) return intoServer(onto, renames, open, next, run);
  await requireFlavour(onto.target, open.plan.manifest.server.flavour, run.signal);
  const { databases } = open.plan;
  const found = await findNameInLog({
    plan: moment.replay,
    read: moment.read,
    databases: databases.map(({ record }) => record.name),
    renames,
    ...wantedOf(open.plan),
    signal: run.signal,
  });
  let refusal = new AppError('replay.name-in-statement', { database: databases[0]?.record.name ?? '', ...found });
  if (found === null) {
    try {
      return await intoServer(onto, renames, open, next, run);
    } catch (error) {
      if (!isAppErrorOf(error, 'replay.name-in-statement')) throw error;
      refusal = error;
    }
  }
  try {
    return await aroundByScratch(context, onto, renames, open, { ...next, moment }, run);
  } catch (error) {
    if (!isAppErrorOf(error, 'restore.no-scratch')) throw error;
    throw new AppError('replay.name-in-statement', { ...refusal.facts, ...error.facts }, { cause: error });
  }
}

async function aroundByScratch(
  context: EngineContext,
  onto: Onto,
  renames: ReadonlyMap<string, string>,
  open: OpenRestore,
  { moment, guard }: Continuation & { readonly moment: Moment },
  run: Run,
): Promise<Restored> {
  return withPicturedMoment(context, open, moment, null, run, async ({ plan, reader, pool, ...made }) => {
    const carried = await intoServer(
      onto,
      renames,
      { ...open, plan, reader, pool },
      { moment: null, guard: (place) => guard({ ...place, plan: open.plan }) },
      run,
    );
    return joined(carried, made);
  });
}

/** The snapshot was proven on the scratch server, the log by its ledgers, and the target has what its picture has. */
function joined(
  carried: Pick<Restored, 'databases' | 'tables' | 'rows' | 'digest' | 'ledgers' | 'notes' | 'accounts' | 'resale'>,
  { restored, replayed, notes }: Pick<PicturedMoment, 'restored' | 'replayed' | 'notes'>,
): Restored {
  return {
    ...carried,
    digest: {
      ranges: carried.digest.ranges,
      compared: carried.digest.compared,
      equal: carried.digest.equal && restored.digest.equal,
      different: [...restored.digest.different, ...carried.digest.different],
    },
    replayed: {
      ...replayed,
      ledgers: replayed.ledgers.map((ledger) => {
        const there = carried.ledgers.find(({ name }) => name === ledger.name);
        return there === undefined
          ? ledger
          : { ...ledger, serverSum: there.serverSum, equal: ledger.equal && there.equal };
      }),
    },
    notes: [...new Set([...notes, ...restored.notes, ...carried.notes])],
  };
}
