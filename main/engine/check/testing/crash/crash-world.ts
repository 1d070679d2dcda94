import { expect } from 'vitest';
import type { Deed } from '../../../../../shared/model/deed.ts';
import type { Manifest } from '../../../../../shared/model/snapshot.ts';
import type { BlobStore } from '../../../backend/blob-store.ts';
import { plainRun } from '../../../backup/testing/a-run.ts';
import { runBackup } from '../../../backup/run-backup.ts';
import { aScriptedTable } from '../../../backup/testing/a-capture.ts';
import { ScriptedSnapshot, type ScriptedRow } from '../../../backup/testing/scripted-snapshot.ts';
import {
  encodeObject,
  listDeeds,
  openVaultWithPassphrase,
  parseStreamName,
  readDeed,
  Repository,
  sayingsOf,
  type NewKeyring,
  type VaultKey,
} from '../../../repository/index.ts';
import { aKeyring, TestClock, testVaultPassphrase } from '../../../repository/testing/keys.ts';
import { CopyReader } from '../../../restore/copy-reader.ts';
import { readStreamRecord } from '../../../stream/index.ts';
import { aStreamRecord } from '../../../stream/testing/a-stream-record.ts';
import { verifyCopy, type VerifyReport, type VerifyRequest } from '../../verify-copy.ts';
import { SteadyPool } from './steady-pool.ts';

export const never: AbortSignal = new AbortController().signal;
export const sourceId = plainRun.source.id;

/** The rows of the shop's tables at one moment, by table. */
export type ShopRows = Readonly<Record<string, readonly ScriptedRow[]>>;

/** What may and what must be in a place. */
export interface Promised {
  /** Instants (`manifest.at`) of snapshots that must be there. */
  readonly snapshots: readonly string[];
  /** Numbers of stream records that must be there. */
  readonly streams: readonly number[];
  /** Instants of snapshots that must not be there any more. */
  readonly gone?: readonly string[];
  /** Numbers of snapshots that the place must say were restored (`provenDeed`). */
  readonly proven?: readonly number[];
  /** Instants of snapshots that may be gone, and then the place must say that they were pruned. */
  readonly mayGo?: readonly string[];
  /** Damage that was there before: object ids and manifest names. */
  readonly damaged?: ReadonlySet<string>;
}

/**
 * One shop, its keys and its history: what every snapshot must hold, known without reading any. Checks a place as a person would who wants
 * the shop back: it opens, it verifies, and every snapshot's rows are those of its moment.
 */
export class CrashWorld {
  readonly keyring: NewKeyring;
  readonly vault: VaultKey;
  readonly pool: SteadyPool;
  readonly clock = new TestClock();
  readonly #rowsAt = new Map<string, ShopRows>();

  private constructor(keyring: NewKeyring, vault: VaultKey) {
    this.keyring = keyring;
    this.vault = vault;
    this.pool = new SteadyPool(keyring.mainKeys);
  }

  static async make(): Promise<CrashWorld> {
    const keyring = await aKeyring();
    return new CrashWorld(keyring, await openVaultWithPassphrase(keyring.header, testVaultPassphrase));
  }

  async close(): Promise<void> {
    await this.pool.close();
  }

  open(store: BlobStore): Promise<Repository> {
    return Repository.open(store, this.keyring.mainKeys, never);
  }

  /** `on` days after the first; the shop sells a little every day. */
  momentOf(on: number): { readonly at: string; readonly rows: ShopRows } {
    const at = new Date(Date.parse('2026-11-01T00:00:00.000Z') + on * 86_400_000).toISOString();
    const known = this.#rowsAt.get(at);
    if (known !== undefined) return { at, rows: known };
    const goods = aScriptedTable(70, { name: 'goods' }).rows;
    const cards = aScriptedTable(6, {}).rows.map((row, n) => (n === on % 6 ? [row[0]!, '99.00', row[2]!] : row));
    const orders = aScriptedTable(3 + on, { name: 'orders' }).rows;
    const rows = { goods, cards, orders };
    this.#rowsAt.set(at, rows);
    return { at, rows };
  }

  /** A backup of that day through the capture path, inheriting from the newest snapshot, as `shouhu backup` does. */
  async backUp(repository: Repository, on: number): Promise<Manifest> {
    const { at, rows } = this.momentOf(on);
    const tables = Object.entries(rows).map(([name, ofTable]) => ({
      ...aScriptedTable(0, { name }),
      rows: [...ofTable],
    }));
    const snapshot = new ScriptedSnapshot(tables);
    snapshot.at = at;
    const newest = (await repository.listManifests(never)).at(-1);
    const previous = newest === undefined ? null : await repository.getManifest(newest, never);
    const clock = this.clock;
    const { pool } = this;
    const { manifest } = await runBackup({
      ...plainRun,
      snapshot,
      repository,
      previous,
      readers: 1,
      pool,
      clock,
      secretColumns: ['cards.secret', 'goods.secret', 'orders.secret'],
    });
    return manifest;
  }

  /** One stream segment as FORMAT.md §9 has it: its chunk, then the record that names it. */
  async recordSegment(repository: Repository, sequence: number): Promise<void> {
    const { id, bytes } = encodeObject(repository.keys, { kind: 'binlog', payload: this.#segment(sequence) });
    await repository.putObject({ id, bytes }, never);
    const payload = Buffer.from(JSON.stringify(aStreamRecord(id)));
    await repository.putStreamRecord({ sourceId, sequence, id: uuidOf(sequence), payload }, never);
  }

  /** The whole truth about a place; throws with what is wrong. Every copy of a repository has the header, unless none was promised. */
  async expectSound(store: BlobStore, promised: Promised): Promise<void> {
    const repository = await this.open(store);
    const report = await this.verify(repository, null);
    const known = promised.damaged ?? new Set<string>();
    const found = [...report.damaged.map(({ object }) => object), ...report.missing];
    expect(
      found.filter((object) => !known.has(object)),
      'objects that verify calls damaged or missing',
    ).toEqual([]);
    await this.#expectDeeds(repository, promised, known);
    const instants: string[] = [];
    for (const name of await repository.listManifests(never)) {
      if (known.has(name)) continue;
      const manifest = await repository.getManifest(name, never);
      instants.push(manifest.at);
      if (known.size === 0) await this.#expectRows(repository, name, manifest);
    }
    await this.#expectExplained(repository, promised, instants);
    expect(
      promised.snapshots.filter((at) => !instants.includes(at)),
      'snapshots that are gone',
    ).toEqual([]);
    expect(
      instants.filter((at) => promised.gone?.includes(at)),
      'snapshots that were to go',
    ).toEqual([]);
    const sequences: number[] = [];
    for (const name of await repository.listStreamRecords(sourceId, never)) {
      const sequence = parseStreamName(name)!.sequence;
      sequences.push(sequence);
      const { record } = await readStreamRecord(repository, name, never);
      for (const { chunk } of record.pieces) {
        const { payload } = await repository.getObject(chunk, { expectedKind: 'binlog', signal: never });
        expect(Buffer.from(payload), `segment ${sequence}`).toEqual(this.#segment(sequence));
      }
    }
    expect(
      promised.streams.filter((each) => !sequences.includes(each)),
      'stream records that are gone',
    ).toEqual([]);
  }

  /** That a snapshot of this number was restored, as any computer may have written it down. */
  provenDeed(n: number): Deed {
    const entry = { snapshot: uuidOf(n), source: sourceId, at: '2026-11-02T00:00:00.000Z', state: 'restored' } as const;
    return { type: 'proven', entries: [entry] };
  }

  async #expectDeeds(repository: Repository, promised: Promised, known: ReadonlySet<string>): Promise<void> {
    const said = new Set<string>();
    for (const name of await listDeeds(repository, never)) {
      if (known.has(name)) continue;
      for (const saying of sayingsOf(await readDeed(repository, name, never))) said.add(saying);
    }
    const owed = (promised.proven ?? []).map((n) => `proven ${uuidOf(n)}`);
    expect(
      owed.filter((saying) => !said.has(saying)),
      'deeds that nothing tells any more',
    ).toEqual([]);
  }

  async #expectExplained(repository: Repository, { mayGo = [] }: Promised, there: readonly string[]): Promise<void> {
    // Where nothing may go nobody explains, and a place that has rotted has deeds that cannot be read.
    if (mayGo.length === 0) return;
    const explained = new Set<string>();
    for (const name of await listDeeds(repository, never)) {
      const { deed } = await readDeed(repository, name, never);
      if (deed?.type === 'pruned') for (const { taken } of deed.entries) explained.add(taken);
    }
    expect(
      mayGo.filter((at) => !there.includes(at) && !explained.has(at)),
      'snapshots that went without a word',
    ).toEqual([]);
  }

  verify(
    repository: Repository,
    healFrom: Repository | null,
    lost: Pick<VerifyRequest, 'known' | 'underLease'> = {},
  ): Promise<VerifyReport> {
    return verifyCopy({
      ...lost,
      repository,
      pool: this.pool,
      readPercent: 100,
      provenAt: [],
      suspects: new Set(),
      healFrom,
      concurrency: 1,
      onProgress: () => undefined,
      signal: never,
    });
  }

  /** Reads every row as a restore would, card secrets too. */
  async #expectRows(repository: Repository, name: string, manifest: Manifest): Promise<void> {
    const reader = new CopyReader([{ name: 'it', open: () => Promise.resolve(repository) }], this.pool, this.vault);
    const expected = this.#rowsAt.get(manifest.at);
    expect(expected, `a snapshot of ${manifest.at}, which nobody took`).toBeDefined();
    const read: Record<string, string> = {};
    for (const { name: table, tableChunk } of (await reader.manifest(name, never)).tables) {
      const { schema, ranges } = await reader.tableRecord(tableChunk, never);
      let text = '';
      for (const chunk of ranges.flatMap(({ chunks }) => chunks)) {
        text += Buffer.from((await reader.rows(chunk, schema, 0, never)).text).toString('utf8');
      }
      read[table] = text;
    }
    expect(read, `rows of ${manifest.at}`).toEqual(
      Object.fromEntries(
        Object.entries(expected!).map(([table, rows]) => [table, rows.map((row) => `${row.join('\t')}\n`).join('')]),
      ),
    );
  }

  #segment(sequence: number): Buffer {
    return Buffer.from(`binlog of segment ${sequence}`);
  }
}

function uuidOf(n: number): string {
  return `00000000-0000-4000-8000-${n.toString().padStart(12, '0')}`;
}
