/** The stored log of a shop: following it, carrying it to other copies, reading it. */
export { CarryMemory, carryStream, type CarriedStream } from './carry-stream.ts';
export { StreamCompaction, type Compacted } from './compact-stream.ts';
export { exportLog, type ExportedLogFile } from './export-log.ts';
export { followLog, type FollowReport, type FollowRequest, type TwinRequest } from './follow-log.ts';
export { eventId, findStop, lastCommitBefore, type ReadEvents, type Until } from './find-stop.ts';
export { planReplay, type ReplayPlan, type StartingPoint } from './plan-replay.ts';
export { stretchesOf, type Stretch } from './link-records.ts';
export { lostRecords } from './lost-records.ts';
export { chunksOf } from './merge-records.ts';
export {
  eventsOf,
  isOpenWithin,
  readCachedRecord,
  readRecords,
  readStream,
  type LogRange,
  type RecordCache,
} from './read-stream.ts';
export { binlogPlace, comparePlaces, placeIn, type StretchPlace } from './stretch-place.ts';
export type { HasSecrets } from './secret-events.ts';
export { LogSecrets, type SeenTables, type ShopSecrets } from './log-secrets.ts';
export type { ObjectReader } from './read-piece.ts';
export { spentLog, type StayingSnapshot } from './spent-log.ts';
export {
  parseStreamRecord,
  readStreamRecord,
  withoutContent,
  type StoredStreamRecord,
  type StreamServer,
} from './stream-records.ts';
