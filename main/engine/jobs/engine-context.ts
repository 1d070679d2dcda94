import type { JobProgress } from '../../../shared/model/job.ts';
import type { Catalog } from '../catalog/catalog.ts';
import type { Clock } from '../platform/clock.ts';
import type { MainKeys, RepositoryHeader } from '../repository/index.ts';
import type { DemoShop } from '../demo/demo-shop.ts';
import type { VolumeSource } from '../platform/volumes/index.ts';
import type { DiskNotice } from '../../../shared/model/cold-disk.ts';
import type { Home } from './home/home.ts';
import type { VaultBoard } from './vault-board.ts';
import type { StreamBoard } from './stream/stream-board.ts';

/** An open home: the keys are in memory and nowhere else. */
export interface Unlocked {
  readonly header: RepositoryHeader;
  readonly keys: MainKeys;
}

/** What every verb works with. One per engine. */
export interface EngineContext {
  readonly home: Home;
  readonly catalog: Catalog;
  readonly clock: Clock;
  readonly language: 'zh' | 'en';
  readonly version: string;
  readonly onCatalogChanged: () => void;
  /** A disk that travels came or went. */
  readonly onDisk: (notice: DiskNotice) => void;
  /** The logs that are followed in this process. */
  readonly streams: StreamBoard;
  /** The card vaults that are open in this process. */
  readonly vaults: VaultBoard;
  /** The volumes of this computer. */
  readonly volumes: VolumeSource;
  /** Error: `usage.secret-missing` {what} while nobody has unlocked the home. */
  unlocked(): Unlocked;
  setUnlocked(unlocked: Unlocked): void;
  isUnlocked(): boolean;
  /** True when that job was running here and has been told to stop. */
  cancelJob(jobId: string): boolean;
  /** The demo shop's private servers, while they run in this process. */
  demo: DemoShop | null;
}

/** One call of a verb. `report` may be called as often as the work likes: it is thinned out before it leaves the engine. */
export interface Run {
  readonly jobId: string | null;
  readonly signal: AbortSignal;
  readonly report: (progress: RunProgress) => void;
}

export type RunProgress = Pick<
  JobProgress,
  'phase' | 'doneBytes' | 'totalBytes' | 'doneItems' | 'totalItems' | 'detail' | 'copies'
>;
