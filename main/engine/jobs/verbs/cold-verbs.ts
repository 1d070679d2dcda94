import { AppError } from '../../../../shared/errors/app-error.ts';
import type { VerbInput, VerbOutput } from '../../../../shared/ipc/engine-verbs.ts';
import { isTravelling, type DiskDestination } from '../cold/find-disk.ts';
import { lookAtDisks, rotationOf } from '../cold/look-at-disks.ts';
import { runRitual } from '../cold/ritual.ts';
import type { EngineContext, Run } from '../engine-context.ts';
import { findDestination } from './lookup.ts';

export async function coldList(context: EngineContext): Promise<VerbOutput<'cold.list'>> {
  const looked = await lookAtDisks(context);
  return { disks: rotationOf(looked, context.clock.nowMs(), runningRounds(context)) };
}

export async function coldSet(context: EngineContext, input: VerbInput<'cold.set'>): Promise<VerbOutput<'cold.set'>> {
  const destination = await findColdDisk(context, input.name);
  await context.home.settings.update((settings) => ({
    ...settings,
    destinations: settings.destinations.map((one) =>
      one.id === destination.id && one.kind === 'disk' ? { ...one, cold: input.schedule } : one,
    ),
  }));
  await context.home.audit.append('cold.set', { destination: destination.name, ...wordsOf(input) });
  context.onCatalogChanged();
  const disk = (await coldList(context)).disks.find(({ id }) => id === destination.id);
  if (disk === undefined) throw new AppError('destination.unknown', { name: input.name, known: '' });
  return { disk };
}

export async function coldRun(
  context: EngineContext,
  { name, eject, wait }: VerbInput<'cold.run'>,
  run: Run,
): Promise<VerbOutput<'cold.run'>> {
  context.unlocked();
  return runRitual(context, await findColdDisk(context, name), { eject, wait }, run);
}

/** Errors: `destination.unknown` {name, known}, `disk.not-cold` {name}. */
async function findColdDisk(context: EngineContext, name: string): Promise<DiskDestination> {
  const destination = await findDestination(context, name);
  if (!isTravelling(destination)) throw new AppError('disk.not-cold', { name });
  return destination;
}

const asMany = 200;

function runningRounds({ catalog }: EngineContext): ReadonlySet<string> {
  const running = catalog.jobs(asMany).filter(({ verb, state }) => verb === 'cold.run' && state === 'running');
  return new Set(running.map(({ subject }) => subject));
}

function wordsOf({ schedule }: VerbInput<'cold.set'>): Record<string, number | boolean> {
  const { everyDays, weekday, autoRun } = schedule;
  return { everyDays, autoRun, ...(weekday === null ? {} : { weekday }) };
}
