import { randomUUID } from 'node:crypto';
import type { Manifest } from '../../../../shared/model/snapshot.ts';
import { MemoryBlobStore } from '../../backend/memory/memory-blob-store.ts';
import { seededRandom } from '../../backend/testing/model-disk/seeded-random.ts';
import { backUpAndClose, plainRun } from '../../backup/testing/a-run.ts';
import { ChunkPool } from '../../chunk-pool/chunk-pool.ts';
import { systemClock } from '../../platform/clock.ts';
import { openVaultWithPassphrase, Repository, unlockWithPassphrase } from '../../repository/index.ts';
import { aKeyring, testPassphrase, testVaultPassphrase } from '../../repository/testing/keys.ts';
import { CopyReader } from '../../restore/copy-reader.ts';
import { restoreIntoServer } from '../../restore/restore-into-server.ts';
import { plainRestore, wholePlan } from '../../restore/testing/a-restore.ts';
import { beginSnapshot } from '../../source/mysql/index.ts';
import {
  LogReplay,
  TransactionTracker,
  type BinlogEvent,
  type BinlogPosition,
  type LoggedTransaction,
} from '../../source/mysql/binlog/index.ts';
import { secondDatabase, workDatabase } from '../../source/mysql/binlog/testing/workload/schema.ts';
import { Workload } from '../../source/mysql/binlog/testing/workload/workload.ts';
import { openLoadSession } from '../../source/mysql/load/index.ts';
import type { SourceServer } from '../../source/mysql/testing/source-server.ts';
import { followLog } from '../follow-log.ts';
import { eventsOf, readStream } from '../read-stream.ts';
import { endOfLog, type RealReplica } from './real-replica.ts';
import { differences, ServerWitness } from './server-image.ts';
import { followingOf } from './following.ts';

const never = new AbortController().signal;
const databases = [workDatabase, secondDatabase];

export interface ProofRequest {
  readonly source: SourceServer;
  /** Of `source`, and stopped. */
  readonly replica: RealReplica;
  readonly target: SourceServer;
  readonly seed: number;
  readonly moments: number;
  /** Steps of random work after the snapshot. */
  readonly steps: number;
}

export interface ProofReport {
  readonly moments: number;
  readonly transactions: number;
  readonly events: number;
  readonly records: number;
  /** Kinds of steps, and how often each was begun. */
  readonly steps: ReadonlyMap<string, number>;
}

/**
 * Random work, a snapshot in the middle of it, the stored log: restored and replayed, a server must say the same of itself as a replica that the
 * source's own replication brought to the same place, at many random places one after the other. Throws at the first difference.
 */
export async function proveReplay(request: ProofRequest): Promise<ProofReport> {
  const { source, replica, target, seed } = request;
  const witnesses = await Promise.all([ServerWitness.of(replica.server), ServerWitness.of(target)]);
  const work = await Workload.start(source, seed);
  try {
    return await new Proof(request, work, witnesses).run();
  } catch (error) {
    throw new Error(`replay proof, seed ${seed}: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  } finally {
    work.close();
    for (const witness of witnesses) witness.close();
  }
}

type Kept = Awaited<ReturnType<typeof aCopy>>;

async function aCopy() {
  const ring = await aKeyring();
  const store = new MemoryBlobStore({ clock: systemClock });
  await Repository.create(store, ring.header, never);
  const keys = await unlockWithPassphrase(ring.header, testPassphrase);
  const repository = await Repository.open(store, keys, never);
  const vault = await openVaultWithPassphrase(ring.header, testVaultPassphrase);
  return { repository, keys, vault, sourceId: randomUUID() };
}

class Proof {
  readonly #request: ProofRequest;
  readonly #work: Workload;
  readonly #witnesses: readonly [ServerWitness, ServerWitness];

  constructor(request: ProofRequest, work: Workload, witnesses: readonly [ServerWitness, ServerWitness]) {
    this.#request = request;
    this.#work = work;
    this.#witnesses = witnesses;
  }

  async run(): Promise<ProofReport> {
    const { steps, source } = this.#request;
    const copy = await aCopy();
    const start = await endOfLog(source);
    await this.#work.run(Math.ceil(steps / 3));
    await this.#work.settle();
    const { manifest } = await this.#backUp(copy);
    await this.#follow(copy, start);
    for (let part = 0; part < 3; part += 1) {
      await this.#work.run(Math.ceil(steps / 3));
      // Both begin a file.
      if (part < 2) await this.#work.changeLog(source, part === 1);
      await this.#follow(copy, start);
    }
    await this.#work.finish();
    // A replica stops before an event, so there has to be one.
    await source.run(`UPDATE ${workDatabase}.users SET name = 'the end' LIMIT 1`, 'FLUSH BINARY LOGS');
    await this.#follow(copy, start);
    await this.#restore(copy, manifest);
    const { file, position } = manifest.coordinate;
    if (file === null || position === null) throw new Error('a snapshot without a place in the log');
    return this.#replay(copy, { file, position });
  }

  async #backUp({ repository, sourceId }: Kept) {
    const { source } = this.#request;
    const secretColumns = [`${workDatabase}.cards.carmi`];
    const there = await source.admin.query('SHOW DATABASES');
    const names = there.map((row) => row.get('database') ?? '');
    const opening = beginSnapshot(source.target, {
      databases: databases.filter((name) => names.includes(name)),
      readers: 2,
      lockWaitMs: 30_000,
      isSecret: (database, table, column) => secretColumns.includes(`${database}.${table}.${column}`),
      signal: never,
    });
    const [snapshot] = await Promise.all([opening, this.#work.runRows(8)]);
    const fields = { source: { ...plainRun.source, id: sourceId }, secretColumns };
    const [kept] = await Promise.all([backUpAndClose(snapshot, repository, fields), this.#work.runRows(12)]);
    const failed = kept.manifest.checks.filter(({ ok }) => !ok);
    if (failed.length > 0 || kept.manifest.lock.coordinateExact === false)
      throw new Error(`the snapshot is not good: ${JSON.stringify([failed, kept.manifest.lock])}`);
    return kept;
  }

  async #follow({ repository, sourceId }: Kept, start: BinlogPosition): Promise<void> {
    const report = await followLog({
      ...followingOf(this.#request.source),
      repository,
      sourceId,
      freshStart: () => Promise.resolve(start),
      hasSecrets: (_, table) => table === 'cards',
    });
    if (report.gaps.length > 0) throw new Error(`a gap in the stream: ${JSON.stringify(report.gaps)}`);
  }

  async #restore({ repository, keys, vault }: Kept, manifest: Manifest) {
    const { target } = this.#request;
    await target.run(...databases.map((name) => `DROP DATABASE IF EXISTS ${name}`));
    const pool = new ChunkPool(keys, 1);
    try {
      const reader = new CopyReader([{ name: 'copy', open: () => Promise.resolve(repository) }], pool, vault);
      const plan = await wholePlan(manifest, reader);
      await restoreIntoServer({
        ...plainRestore,
        plan,
        reader,
        pool,
        target: target.target,
        renames: new Map(),
        withoutBinlog: true,
      });
    } finally {
      await pool.close();
    }
  }

  async #replay(copy: Kept, from: BinlogPosition): Promise<ProofReport> {
    const { source, target, replica, seed, moments } = this.#request;
    const { records, events, first } = await storedFrom(copy, from);
    const tracker = new TransactionTracker();
    const transactions = events.map((event) => tracker.take(event)).filter((each) => each !== null);
    const chosen = someOf(transactions, moments, seed);
    const session = await openLoadSession(target.target, { signal: never });
    try {
      const log = new LogReplay({
        session,
        flavour: source.server.flavour,
        databases: new Set(databases),
        signal: never,
      });
      await log.format(first);
      for (const event of events) {
        await log.take(event);
        const to = event.endPosition;
        const moment = chosen.get(`${event.file}:${to}`);
        if (moment === undefined) continue;
        await log.settle();
        await replica.goTo({ file: event.file, position: to });
        await this.#compare(transactions, moment);
      }
      await log.end();
      await this.#expectSight(transactions);
      return {
        moments: chosen.size,
        transactions: transactions.length,
        events: events.length,
        records,
        steps: this.#work.done,
      };
    } finally {
      session.close();
    }
  }

  async #compare(transactions: readonly LoggedTransaction[], moment: LoggedTransaction): Promise<void> {
    const [one, other] = await Promise.all(this.#witnesses.map((witness) => witness.imageOf(databases)));
    if (one === undefined || other === undefined || one.size < 5) throw new Error('nothing was looked at');
    const found = differences(one, other);
    if (found.length === 0) return;
    const before = transactions.slice(0, transactions.indexOf(moment) + 1).slice(-12);
    const said = before.map(({ file, from, statements, rowStatements, tables }) =>
      JSON.stringify({
        at: `${file}:${from}`,
        statements: statements.map(({ text }) => text.slice(0, 300)),
        rowStatements: rowStatements.map((text) => text.slice(0, 200)),
        tables,
      }),
    );
    throw new Error(
      `differs at ${moment.file}:${moment.to} (the replica first):\n${found.slice(0, 5).join('\n')}\nafter\n${said.join('\n')}`,
    );
  }

  /** The witnesses would see it: one bit of one row, and one object too many. */
  async #expectSight(transactions: readonly LoggedTransaction[]): Promise<void> {
    const last = transactions.at(-1) as LoggedTransaction;
    for (const change of [
      `UPDATE ${workDatabase}.audit SET what = CONCAT(what, ' ') LIMIT 1`,
      `CREATE VIEW ${workDatabase}.too_many AS SELECT 1 AS a`,
    ]) {
      await this.#request.target.run(change);
      const seen = await this.#compare(transactions, last).then(
        () => false,
        () => true,
      );
      if (!seen) throw new Error(`the witnesses are blind to ${change}`);
    }
  }
}

/** The stored events from a place on, and the format that they begin with. */
async function storedFrom({ repository, vault, sourceId }: Kept, from: BinlogPosition) {
  const [stretch, ...others] = await readStream(repository, sourceId, never);
  if (stretch === undefined || others.length > 0) throw new Error('the stream is not one stretch');
  const events: BinlogEvent[] = [];
  let first: Buffer | null = null;
  for (const stored of stretch.records) {
    const { record } = stored;
    if (record.file < from.file || (record.file === from.file && record.to <= from.position)) continue;
    first ??= Buffer.from(record.format, 'base64');
    for await (const event of eventsOf(repository, stored, vault, never))
      if (event.file > from.file || event.position >= from.position) events.push(event);
  }
  if (first === null) throw new Error('nothing is stored after the snapshot');
  return { records: stretch.records.length, events, first };
}

/** Ends of so many transactions, by place; the last is among them. */
function someOf(all: readonly LoggedTransaction[], count: number, seed: number): Map<string, LoggedTransaction> {
  const random = seededRandom(seed + 1);
  const chosen = new Map<string, LoggedTransaction>();
  const add = (each: LoggedTransaction) => chosen.set(`${each.file}:${each.to}`, each);
  if (all.length < count) throw new Error(`only ${all.length} transactions for ${count} moments`);
  add(all.at(-1) as LoggedTransaction);
  while (chosen.size < count) add(random.pick(all));
  return chosen;
}
