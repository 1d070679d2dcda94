import { parseStreamName, verifyObject, type Repository } from '../repository/index.ts';
import { parseStreamRecord } from './stream-records.ts';

export interface CarriedStream {
  readonly records: number;
  readonly objects: number;
  readonly bytes: number;
}

/**
 * Brings the records of a source's log that `to` lacks, oldest first, each after the bytes that it names: so what is there is always an
 * unbroken beginning. What is read is checked before it is written. Errors: those of both repositories.
 */
export async function carryStream(
  from: Repository,
  to: Repository,
  sourceId: string,
  signal: AbortSignal,
): Promise<CarriedStream> {
  const there = new Set(await to.listStreamRecords(sourceId, signal));
  const missing = (await from.listStreamRecords(sourceId, signal)).filter((name) => !there.has(name));
  let objects = 0;
  let bytes = 0;
  for (const name of missing) {
    const payload = await from.getStreamRecord(name, signal);
    const { record } = parseStreamRecord(name, payload);
    for (const { chunk } of [...record.pieces, ...record.twins]) {
      const stored = await from.getRaw(chunk, signal);
      verifyObject(from.keys, chunk, stored);
      await to.putObject({ id: chunk, bytes: stored }, signal);
      objects += 1;
      bytes += stored.length;
    }
    const { sourceId: source, sequence, id } = parseStreamName(name) as NonNullable<ReturnType<typeof parseStreamName>>;
    await to.putStreamRecord({ sourceId: source, sequence, id, payload }, signal);
  }
  return { records: missing.length, objects, bytes };
}
