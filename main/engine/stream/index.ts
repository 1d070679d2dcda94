/** The stored log of a shop: following it, carrying it to other copies, reading it. */
export { carryStream, type CarriedStream } from './carry-stream.ts';
export { followLog, type FollowReport, type FollowRequest } from './follow-log.ts';
export { eventsOf, readStream, type Stretch } from './read-stream.ts';
export type { HasSecrets } from './secret-events.ts';
export { readStreamRecord, type StoredStreamRecord, type StreamServer } from './stream-records.ts';
