import { readFileSync } from 'node:fs';
import type { StreamRecord } from '../../../../shared/model/stream.ts';
import { MemoryBlobStore } from '../../backend/memory/memory-blob-store.ts';
import type { BlobStore } from '../../backend/blob-store.ts';
import { openVaultWithPassphrase, Repository, type NewKeyring, type VaultKey } from '../../repository/index.ts';
import { aKeyring, TestClock, testVaultPassphrase } from '../../repository/testing/keys.ts';
import { parseEventHeader, TransactionTracker, type BinlogEvent } from '../../source/mysql/binlog/index.ts';
import { encodeObject } from '../../repository/index.ts';
import { SegmentBuilder } from '../segment.ts';
import { StreamWriter, type StoredStreamRecord } from '../stream-records.ts';

export const never: AbortSignal = new AbortController().signal;
export const sourceId = '00000000-0000-4000-8000-000000000001';
const server = { flavour: 'mariadb', version: '10.11.9-MariaDB', serverId: '1', serverUuid: null } as const;
const log = new URL('../../source/mysql/binlog/testing/recorded/mariadb-10.11.binlog', import.meta.url);

/** A log that a real server wrote within a second, with its transactions so many seconds apart. */
export function recordedEvents(file: string, startMs: number, secondsApart = 10): BinlogEvent[] {
  const bytes = readFileSync(log);
  const tracker = new TransactionTracker();
  const events: BinlogEvent[] = [];
  let second = startMs / 1000;
  for (let at = 4; at < bytes.length;) {
    const own = parseEventHeader(bytes, at);
    if (own === null) throw new Error('not an event');
    const part = Buffer.from(bytes.subarray(at, at + own.sizeBytes));
    part.writeUInt32LE(second, 0);
    const header = parseEventHeader(part);
    if (header === null) throw new Error('not an event');
    const endPosition = at + own.sizeBytes;
    const event: BinlogEvent = {
      kind: 'event',
      file,
      position: at,
      endPosition,
      header,
      bytes: part,
      hasChecksum: true,
    };
    if (tracker.take(event) !== null) second += secondsApart;
    events.push(event);
    at += own.sizeBytes;
  }
  return events;
}

export interface WriteOptions {
  /** Of each record in turn, how many events it holds. */
  readonly cut: (index: number) => number;
  readonly isSealed: (index: number) => boolean;
  /** A sealed one has a twin: here of bytes that only look like one. */
  readonly hasTwin?: (index: number) => boolean;
  readonly continues?: string | null;
  /** What stands in the log before. */
  readonly heard?: readonly BinlogEvent[];
}

/** A copy in memory with a shop's log in it, as following it would have stored it. */
export class StoredLog {
  readonly blobs = new Map<string, { readonly bytes: Buffer; readonly modifiedAtMs: number }>();
  readonly clock = new TestClock();
  readonly keyring: NewKeyring;
  readonly vault: VaultKey;
  store: BlobStore = new MemoryBlobStore({ blobs: this.blobs, clock: this.clock });
  repository!: Repository;
  #sequence = 0;

  private constructor(keyring: NewKeyring, vault: VaultKey) {
    this.keyring = keyring;
    this.vault = vault;
  }

  static async make(keyring?: NewKeyring): Promise<StoredLog> {
    const keys = keyring ?? (await aKeyring());
    const made = new StoredLog(keys, await openVaultWithPassphrase(keys.header, testVaultPassphrase));
    await Repository.create(made.store, keys.header, never);
    await made.open();
    return made;
  }

  /** As another process would find it; over another store when one is given. */
  async open(store: BlobStore = this.store): Promise<Repository> {
    this.repository = await Repository.open(store, this.keyring.mainKeys, never);
    return this.repository;
  }

  /** Stores events, each record when its last event happened. */
  async write(events: readonly BinlogEvent[], options: WriteOptions): Promise<StoredStreamRecord[]> {
    const { cut, isSealed, hasTwin = () => false } = options;
    const builder = new SegmentBuilder(null, null);
    for (const event of options.heard ?? []) builder.recall(event);
    const stored: StoredStreamRecord[] = [];
    let before = options.continues ?? null;
    for (let at = 0; at < events.length;) {
      const count = Math.max(1, cut(stored.length));
      // A record lies in one file.
      const part = events.slice(at, at + count).filter((each, _, [first]) => each.file === first?.file);
      at += part.length;
      for (const event of part) builder.take(event);
      const segment = builder.close();
      if (segment === null) throw new Error('an empty record');
      const atMs = (part.at(-1)?.header.timestampS ?? 0) * 1000;
      this.clock.advance(Math.max(0, atMs - this.clock.nowMs()));
      const sealed = isSealed(stored.length);
      const writer = new StreamWriter(this.repository, sourceId, server, this.#sequence, this.clock);
      const place: Pick<StreamRecord, 'continues' | 'gap'> = {
        continues: before,
        gap: before === null ? 'start' : null,
      };
      const written = await writer.write({ ...segment, sealed }, place, never);
      this.#sequence += 1;
      const twinned = sealed && hasTwin(stored.length) ? await this.#addTwin(written) : written;
      before = written.name;
      stored.push({ name: twinned.name, record: twinned.record });
    }
    return stored;
  }

  async #addTwin({ name, record }: StoredStreamRecord): Promise<StoredStreamRecord> {
    const payload = Buffer.from(`the twin of ${record.from}`);
    const object = encodeObject(this.repository.keys, { kind: 'binlog', payload, slot: 'main' });
    await this.repository.putObject(object, never);
    const twins = [{ chunk: object.id, from: record.from, to: record.to }];
    const own: StreamRecord = { ...record, twins };
    await this.repository.replaceStreamRecord(name, Buffer.from(JSON.stringify(own)), never);
    return { name, record: own };
  }
}
