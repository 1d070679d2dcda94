import type { UiKey } from '../../../shared/i18n/ui.zh.ts';
import type { StreamStatus } from '../../../shared/model/stream.ts';

const known: Readonly<Record<string, UiKey>> = {
  'snapshot.unknown': 'live.reason.firstBackup',
  'destination.none': 'live.reason.noCopy',
  'usage.secret-missing': 'live.reason.noPassword',
  'stream.already-running': 'live.reason.elsewhere',
  'backend.absent': 'live.reason.copyAway',
  'repository.leased': 'live.reason.tidying',
};

/** Why a log that will be followed is not followed yet; null where there is nothing to say. */
export function reasonOf({ state, errorCode }: Pick<StreamStatus, 'state' | 'errorCode'>): UiKey | null {
  if (state !== 'waiting') return null;
  return errorCode === null ? 'live.reason.joining' : (known[errorCode] ?? 'live.reason.line');
}
