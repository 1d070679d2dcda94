import type { Language } from '../../../shared/ipc/contract.ts';
import type { ColdSchedule } from '../../../shared/model/cold-schedule.ts';
import type { DestinationView } from '../../../shared/model/destination.ts';
import type { JobView } from '../../../shared/model/job.ts';
import type { KeySlot } from '../../../shared/model/keys.ts';
import type { SnapshotSummary } from '../../../shared/model/snapshot.ts';
import type { StreamStatus } from '../../../shared/model/stream.ts';
import type { OpenVault } from '../../../shared/model/vault.ts';
import type { RestoreWithoutCardsView } from '../../../shared/model/cards.ts';
import type { SourceView } from '../../../shared/model/source.ts';
import type { EngineState } from '../../../shared/ipc/contract.ts';
import { sampleSlots } from './sample-keys.ts';
import { aRestoreWithoutCards, anOpenVault } from './sample-vault.ts';
import {
  anAskedSource,
  aSource,
  idOf,
  moreDestinations,
  sampleDestinations,
  sampleSnapshots,
  shopName,
} from './sample-shop.ts';

/** empty: never set up · locked · bare: keys but no shop · new: shop and copies, no snapshot · shop · interrupted · many: seven copies · asks: everything that wants an answer, with the vault open. */
export type Scene = 'empty' | 'locked' | 'bare' | 'new' | 'shop' | 'interrupted' | 'many' | 'asks';
export const scenes: readonly Scene[] = ['empty', 'locked', 'bare', 'new', 'shop', 'interrupted', 'many', 'asks'];

/** All that the fake remembers. */
export interface World {
  language: Language;
  initialised: boolean;
  unlocked: boolean;
  engine: EngineState;
  sources: SourceView[];
  destinations: DestinationView[];
  snapshots: SnapshotSummary[];
  jobs: JobView[];
  slots: KeySlot[];
  /** Copies that were away when the keys changed. */
  behind: string[];
  /** Destinations on which the next check finds damage. */
  damaged: Set<string>;
  /** Schedules and rounds of cold disks, by name, and which of them are plugged in. */
  coldSchedules: Map<string, ColdSchedule>;
  coldCompleted: Map<string, string>;
  pluggedIn: Set<string>;
  dailyShare: boolean;
  /** Logs whose state somebody has set, by shop; others are followed. */
  streams: Map<string, StreamStatus>;
  /** Money has changed in a way it does not by itself. */
  isAlarmed: boolean;
  /** Something among the site's files wants a look. */
  isSiteOdd: boolean;
  /** Of these changes, those that were looked at. */
  seenFindings: readonly string[];
  openVaults: OpenVault[];
  withoutCards: RestoreWithoutCardsView[];
  nextNumber: number;
}

export function createWorld(scene: Scene, language: Language, nowMs: number): World {
  const hasShop =
    scene === 'shop' || scene === 'many' || scene === 'interrupted' || scene === 'locked' || scene === 'asks';
  const hasPlaces = hasShop || scene === 'new';
  return {
    language,
    initialised: scene !== 'empty',
    unlocked: scene !== 'empty' && scene !== 'locked',
    engine: { state: 'running', interruptedJobs: scene === 'interrupted' ? 1 : 0 },
    sources: hasPlaces ? [scene === 'asks' ? anAskedSource(nowMs) : aSource()] : [],
    destinations: hasPlaces ? [...sampleDestinations, ...(scene === 'many' ? moreDestinations : [])] : [],
    snapshots: hasShop ? sampleSnapshots(nowMs) : [],
    jobs:
      scene === 'interrupted'
        ? [
            {
              jobId: idOf(900),
              verb: 'backup.run',
              subject: shopName,
              state: 'interrupted',
              startedAt: new Date(nowMs - 600_000).toISOString(),
              endedAt: new Date(nowMs - 420_000).toISOString(),
              errorCode: null,
              errorFacts: {},
            },
          ]
        : [],
    slots: sampleSlots(nowMs),
    behind: [],
    damaged: new Set(['第二块硬盘']),
    coldSchedules: new Map(),
    coldCompleted: new Map([['蓝色 U 盘', new Date(nowMs - 27 * 3_600_000).toISOString()]]),
    pluggedIn: new Set(scene === 'many' ? ['红色 U 盘'] : []),
    dailyShare: true,
    streams: new Map(),
    isAlarmed: scene === 'asks',
    isSiteOdd: scene === 'asks',
    seenFindings: [],
    openVaults: scene === 'asks' ? [anOpenVault(nowMs)] : [],
    withoutCards: scene === 'asks' ? [aRestoreWithoutCards(nowMs)] : [],
    nextNumber: 10,
  };
}
