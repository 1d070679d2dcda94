import { Readable } from 'node:stream';
import { createConnection, type Connection } from 'mysql2/promise';
import { seededRandom, type SeededRandom } from '../../../../../backend/testing/model-disk/seeded-random.ts';
import type { SourceServer } from '../../../testing/source-server.ts';
import { ddlSteps } from './ddl-steps.ts';
import { rowSteps, rowStepsAlone, xaSteps } from './row-steps.ts';
import { schemaOf, workDatabase } from './schema.ts';
import { textSteps } from './text-steps.ts';
import type { Scene, Statement, Step, StepMaker } from './step.ts';

/** A shop's statement may fail: a row that is there already, one that is missing, one that another session holds. */
const expected = new Set([1062, 1205, 1213, 1451, 1452]);

const sessions = 3;

interface Session {
  readonly connection: Connection;
  readonly scene: Scene;
  step: Step | null;
  at: number;
}

/**
 * Random work on a server by several sessions at once, whose statements take turns: the same for the same seed. It knows nothing of what is under
 * test, and speaks to the server through the plain driver.
 */
export class Workload {
  readonly #random: SeededRandom;
  readonly #sessions: Session[];
  /** How often each kind of step was begun. */
  readonly done = new Map<string, number>();

  private constructor(random: SeededRandom, all: Session[]) {
    this.#random = random;
    this.#sessions = all;
  }

  static async start({ server, target }: SourceServer, seed: number): Promise<Workload> {
    const random = seededRandom(seed);
    const shared = { side: [], hasSecond: false, views: [], routines: [] };
    const all: Session[] = [];
    for (let n = 0; n < sessions; n += 1) {
      const connection = await createConnection({
        socketPath: target.socketPath ?? '',
        user: target.user,
        password: target.password,
        charset: 'utf8mb4',
        flags: ['LOCAL_FILES'],
      });
      let next = n;
      const scene: Scene = {
        random,
        flavour: server.flavour,
        session: n,
        own: { users: [], orders: [], products: [], kinds: [], cards: [] },
        shared,
        next: () => (next += sessions) + 1000,
      };
      all.push({ connection, scene, step: null, at: 0 });
      if (n === 0) for (const sql of schemaOf(server.flavour)) await connection.query(sql);
      await connection.query(`USE ${workDatabase}`);
      await connection.query(
        "SET SESSION sql_mode = '', time_zone = '+00:00', innodb_lock_wait_timeout = 1, lock_wait_timeout = 5",
      );
      await connection.query('SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED');
      await connection.query(`SET SESSION binlog_row_image = ${['FULL', 'MINIMAL', 'NOBLOB'][n]}`);
      if (n === 1 && server.flavour === 'mysql')
        await connection.query('SET SESSION binlog_transaction_compression = ON');
    }
    return new Workload(random, all);
  }

  /** So many steps of any kind; transactions of some sessions may stay open. */
  async run(steps: number): Promise<void> {
    const makers = [
      ...rowSteps,
      ...rowSteps,
      ...rowStepsAlone,
      ...xaSteps,
      ...xaSteps,
      ...ddlSteps,
      ...ddlSteps,
      ...textSteps,
      ...textSteps,
    ];
    await this.#run(steps, makers);
  }

  /** From here on a log of another make: packed events in MariaDB (a session's choice in MySQL), no checksums. */
  async changeLog(source: SourceServer, isPlain: boolean): Promise<void> {
    if (source.server.flavour === 'mariadb') {
      await source.run(`SET GLOBAL log_bin_compress = ${isPlain ? 'OFF' : 'ON'}, GLOBAL log_bin_compress_min_len = 10`);
    }
    await source.run(`SET GLOBAL binlog_checksum = ${isPlain ? 'CRC32' : 'NONE'}`);
  }

  /** Only what changes rows: beside a snapshot. */
  async runRows(steps: number): Promise<void> {
    await this.#run(steps, rowSteps);
  }

  /** Until no session is in the middle of an XA transaction, which a snapshot would not have and the log would finish. */
  async settle(): Promise<void> {
    for (const session of this.#sessions) if (session.step?.isXa === true) await this.#end(session);
  }

  /** Ends what is open. */
  async finish(): Promise<void> {
    for (const session of this.#sessions) await this.#end(session);
  }

  close(): void {
    for (const { connection } of this.#sessions) connection.destroy();
  }

  async #run(steps: number, makers: readonly StepMaker[]): Promise<void> {
    for (let begun = 0; begun < steps;) {
      const session = this.#random.pick(this.#sessions);
      if (session.step === null) {
        begun += 1;
        if (this.#begin(session, makers).alone === true) {
          for (const other of this.#sessions) if (other !== session) await this.#end(other);
          await this.#end(session);
        }
      }
      await this.#advance(session);
    }
  }

  #begin(session: Session, makers: readonly StepMaker[]): Step {
    const step = this.#random.pick(makers)(session.scene);
    session.step = step;
    session.at = 0;
    this.done.set(step.name, (this.done.get(step.name) ?? 0) + 1);
    return step;
  }

  async #end(session: Session): Promise<void> {
    while (session.step !== null) await this.#advance(session);
  }

  async #advance(session: Session): Promise<void> {
    const statement = session.step?.statements[session.at];
    if (statement !== undefined) await this.#tell(session, statement);
    session.at += 1;
    if (session.at >= (session.step?.statements.length ?? 0)) session.step = null;
  }

  async #tell({ connection, step }: Session, statement: Statement): Promise<void> {
    try {
      if (typeof statement === 'string') await connection.query(statement);
      else
        await connection.query({
          sql: statement.load,
          infileStreamFactory: () => Readable.from([Buffer.from(statement.text)]),
        });
    } catch (error) {
      const { errno } = error as { readonly errno?: number };
      if (errno === undefined || !expected.has(errno))
        throw new Error(`${step?.name ?? ''}: ${JSON.stringify(statement).slice(0, 300)}`, { cause: error });
    }
  }
}
