import { AppError } from '../../../shared/errors/app-error.ts';
import { eventTypes, headerBytes, parseEventHeader, type BinlogEvent } from '../source/mysql/binlog/index.ts';

/** Size of the original event, size of the twin event; u32 little-endian each. */
const frameBytes = 8;
/** Flag of an event that whoever does not know it may pass over. */
const ignorable = 0x80;
const sizeAt = 9;
const flagsAt = 17;

/** One frame of a twin (FORMAT.md §9). `twin` null: the event has none. */
export function frameOf(originalBytes: number, twin: Buffer | null): Buffer {
  const head = Buffer.alloc(frameBytes);
  head.writeUInt32LE(originalBytes, 0);
  head.writeUInt32LE(twin?.length ?? 0, 4);
  return twin === null ? head : Buffer.concat([head, twin]);
}

/**
 * The events of a twin that stands for the bytes `from` to `to` of a file, each at the original's place. For one without a twin comes an event that
 * holds nothing, so that there is no hole. Error: `repository.damaged` {object} when a frame does not fit.
 */
export function* eventsOfTwin(
  payload: Buffer,
  {
    file,
    from,
    to,
    object,
  }: { readonly file: string; readonly from: number; readonly to: number; readonly object: string },
): Generator<BinlogEvent, void, undefined> {
  const damaged = () => new AppError('repository.damaged', { object, reason: 'content' });
  let position = from;
  for (let at = 0; at < payload.length;) {
    if (payload.length - at < frameBytes) throw damaged();
    const originalBytes = payload.readUInt32LE(at);
    const twinBytes = payload.readUInt32LE(at + 4);
    at += frameBytes;
    const endPosition = position + originalBytes;
    if (originalBytes < headerBytes || endPosition > to || twinBytes > payload.length - at) throw damaged();
    const bytes = twinBytes === 0 ? nothing() : payload.subarray(at, at + twinBytes);
    const header = parseEventHeader(bytes);
    if (header?.sizeBytes !== bytes.length) throw damaged();
    yield { kind: 'event', file, position, endPosition, header, bytes, hasChecksum: false };
    at += twinBytes;
    position = endPosition;
  }
  if (position !== to) throw damaged();
}

/** An IGNORABLE event, which every reader of a log passes over. */
function nothing(): Buffer {
  const bytes = Buffer.alloc(headerBytes);
  bytes.writeUInt8(eventTypes.ignorable, 4);
  bytes.writeUInt32LE(headerBytes, sizeAt);
  bytes.writeUInt16LE(ignorable, flagsAt);
  return bytes;
}
