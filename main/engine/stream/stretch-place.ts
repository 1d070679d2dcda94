import type { BinlogPlace } from '../../../shared/model/stream.ts';
import type { Stretch } from './link-records.ts';

/** A boundary between two events of a stretch: in the record at `index`, so many bytes from the beginning of that record's file. */
export interface StretchPlace {
  readonly index: number;
  readonly position: number;
}

/** Where in the stretch a place of the server's log lies; null when it is not in it. The end of one record is the beginning of the next in its file. */
export function placeIn({ records }: Stretch, { file, position }: BinlogPlace): StretchPlace | null {
  const index = records.findLastIndex(
    ({ record }) => record.file === file && record.from <= position && position <= record.to,
  );
  return index < 0 ? null : { index, position };
}

export function comparePlaces(a: StretchPlace, b: StretchPlace): number {
  return a.index === b.index ? a.position - b.position : a.index - b.index;
}

/** The same place as the server names it. */
export function binlogPlace({ records }: Stretch, { index, position }: StretchPlace): BinlogPlace {
  return { file: records[index]?.record.file ?? '', position };
}
