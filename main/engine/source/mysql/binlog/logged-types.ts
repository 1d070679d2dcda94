import { columnTypes } from './table-map.ts';

const { tiny, short, int24, long, longlong, newDecimal, float, double, year, bit } = columnTypes;
const blobs = [columnTypes.tinyBlob, columnTypes.blob, columnTypes.mediumBlob, columnTypes.longBlob];
const compressedText = [columnTypes.varcharCompressed, columnTypes.blobCompressed];

/** What stands in a log for the types of information_schema. Types that are not here (geometry, uuid …) may be anything. */
const logged: ReadonlyMap<string, readonly number[]> = new Map<string, readonly number[]>([
  ['tinyint', [tiny]],
  ['smallint', [short]],
  ['mediumint', [int24]],
  ['int', [long]],
  ['bigint', [longlong]],
  ['decimal', [newDecimal]],
  ['float', [float]],
  ['double', [double]],
  ['year', [year]],
  ['bit', [bit]],
  ['date', [columnTypes.date, columnTypes.newDate]],
  ['time', [columnTypes.time, columnTypes.time2]],
  ['datetime', [columnTypes.datetime, columnTypes.datetime2]],
  ['timestamp', [columnTypes.timestamp, columnTypes.timestamp2]],
  ['char', [columnTypes.string]],
  ['binary', [columnTypes.string]],
  ['varchar', [columnTypes.varchar, columnTypes.varString, ...compressedText]],
  ['varbinary', [columnTypes.varchar, columnTypes.varString, ...compressedText]],
  ...['tiny', '', 'medium', 'long'].flatMap((size): [string, readonly number[]][] => [
    [`${size}text`, [...blobs, ...compressedText]],
    [`${size}blob`, [...blobs, ...compressedText]],
  ]),
  ['json', [columnTypes.json, ...blobs]],
  ['enum', [columnTypes.enum]],
  ['set', [columnTypes.set]],
]);

/** Whether a column of this DATA_TYPE of information_schema can stand in a log as one of `columnTypes`. */
export function mayBeLoggedAs(dataType: string, type: number): boolean {
  return logged.get(dataType)?.includes(type) ?? true;
}
