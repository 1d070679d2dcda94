import type { AppError, ErrorFacts } from '../../../../shared/errors/app-error.ts';
import type { EngineContext } from '../engine-context.ts';
import { openCloudKeys } from '../home/saved-secrets.ts';
import type { SavedDestination } from '../home/settings-file.ts';
import { tryCloud, type CloudTrial } from './try-cloud.ts';

type CloudDestination = SavedDestination & { readonly kind: 's3' };

/** A week, less what lets it fall on the same day of the week with a daily rhythm. */
const probeEveryMs = 6.5 * 86_400_000;

/** How the live test of a known bucket ended. */
export interface CloudProbe {
  readonly destination: string;
  readonly ok: boolean;
  /** Null when every step held. */
  readonly errorCode: string | null;
  readonly facts: ErrorFacts;
}

/** Tests a saved bucket anew, writes down how it ended, and remembers what was found out when all of it held. */
export async function probeCloud(
  context: EngineContext,
  destination: CloudDestination,
  signal: AbortSignal,
): Promise<CloudTrial> {
  const keys = openCloudKeys(context.unlocked().keys, destination);
  const trial = await tryCloud(context, destination, keys, signal);
  await noteProbe(context, destination, trial.error);
  if (trial.error !== null) return trial;
  await context.home.settings.update((settings) => ({
    ...settings,
    destinations: settings.destinations.map((each) =>
      each.id === destination.id && each.kind === 's3' ? { ...each, found: trial.found } : each,
    ),
  }));
  return trial;
}

/**
 * The weekly test, when it is due: a key that lost a right, a bucket whose lock was switched off, a cloud that changed what it takes are to be known
 * before the day they are needed. One that failed is tried again with the next share. Null: not a cloud, not due, or the cloud did not
 * answer, which is no finding.
 */
export async function probeIfDue(
  context: EngineContext,
  destination: SavedDestination,
  signal: AbortSignal,
): Promise<CloudProbe | null> {
  if (destination.kind !== 's3' || !isProbeDue(context, destination.id)) return null;
  const { error } = await probeCloud(context, destination, signal);
  if (error?.remedy === 'transient') return null;
  return {
    destination: destination.name,
    ok: error === null,
    errorCode: error?.code ?? null,
    facts: error?.facts ?? {},
  };
}

/** Whether the last live test that a cloud passed is a week ago. */
export function isProbeDue({ catalog, clock }: EngineContext, destinationId: string): boolean {
  const last = catalog.inventory.probe(destinationId);
  // A clock that was set back must not stop it for ever: both directions count.
  const isRecent = last !== null && Math.abs(clock.nowMs() - Date.parse(last.at)) < probeEveryMs;
  return last?.ok !== true || !isRecent;
}

/** A cloud that did not answer proves nothing either way. */
export async function noteProbe(
  { catalog, home }: EngineContext,
  { id, name }: Pick<SavedDestination, 'id' | 'name'>,
  error: AppError | null,
): Promise<void> {
  if (error?.remedy === 'transient') return;
  catalog.inventory.recordProbe(id, error === null);
  await home.audit.append('destination.probe', {
    destination: name,
    ok: error === null,
    ...(error === null ? {} : { code: error.code, step: String(error.facts['step'] ?? '') }),
  });
}
