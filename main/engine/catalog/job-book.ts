import type Database from 'better-sqlite3';
import type { ErrorFacts } from '../../../shared/errors/app-error.ts';
import type { JobView } from '../../../shared/model/job.ts';
import { isoUtc, type Clock } from '../platform/clock.ts';
import { isAlive } from '../platform/process-mark.ts';

/** A running job is seen this often by the process that runs it … */
export const jobBeatMs = 30_000;
/** … and one that was not seen for so long is dead, whoever has its process number now. */
const deadAfterMs = 5 * 60_000;
/** Ended jobs are kept for the page; older ones go. */
const keptMs = 90 * 24 * 3_600_000;

interface JobRow {
  id: string;
  verb: string;
  subject: string;
  state: JobView['state'];
  pid: number;
  started_at: string;
  seen_at: string;
  ended_at: string | null;
  error_code: string | null;
  error_facts: string;
}

/** Jobs that this process runs: a row with our process number that is not among them is a dead predecessor's. */
const ours = new Set<string>();

/** Which long verbs run and how they ended. Process numbers come back after a restart, so a row also has to be seen alive. */
export class JobBook {
  readonly #db: Database.Database;
  readonly #clock: Clock;

  constructor(db: Database.Database, clock: Clock) {
    this.#db = db;
    this.#clock = clock;
  }

  start(job: { readonly id: string; readonly verb: string; readonly subject: string }, alone: boolean): boolean {
    const insert = () => {
      if (alone && this.#running(job.verb, job.subject) > 0) return false;
      const now = this.#now();
      this.#db
        .prepare(
          "INSERT OR REPLACE INTO jobs (id, verb, subject, state, pid, started_at, seen_at) VALUES (?, ?, ?, 'running', ?, ?, ?)",
        )
        .run(job.id, job.verb, job.subject, process.pid, now, now);
      this.#db
        .prepare("DELETE FROM jobs WHERE state <> 'running' AND started_at < ?")
        .run(isoUtc(this.#clock.nowMs() - keptMs));
      return true;
    };
    const isStarted = this.#db.transaction(insert).immediate();
    if (isStarted) ours.add(job.id);
    return isStarted;
  }

  /** Also brings a row back that another process took for dead while this computer slept. */
  beat(id: string): void {
    this.#db
      .prepare("UPDATE jobs SET seen_at = ?, state = 'running', ended_at = NULL, error_code = NULL WHERE id = ?")
      .run(this.#now(), id);
  }

  end(
    id: string,
    state: Exclude<JobView['state'], 'running'>,
    error: { readonly code: string; readonly facts: ErrorFacts } | null,
  ): void {
    ours.delete(id);
    this.#db
      .prepare('UPDATE jobs SET state = ?, ended_at = ?, error_code = ?, error_facts = ? WHERE id = ?')
      .run(state, this.#now(), error?.code ?? null, JSON.stringify(error?.facts ?? {}), id);
  }

  forget(id: string): void {
    ours.delete(id);
    this.#db.prepare('DELETE FROM jobs WHERE id = ?').run(id);
  }

  list(limit: number): JobView[] {
    return (this.#db.prepare('SELECT * FROM jobs ORDER BY started_at DESC LIMIT ?').all(limit) as JobRow[]).map(
      toJobView,
    );
  }

  /** Verbs of the jobs that run now, also in other processes on the same home. */
  runningVerbs(): string[] {
    const rows = this.#db.prepare("SELECT verb FROM jobs WHERE state = 'running'").all();
    return (rows as { verb: string }[]).map(({ verb }) => verb);
  }

  settleDead(): number {
    const running = this.#db.prepare("SELECT id, pid, seen_at FROM jobs WHERE state = 'running'").all() as Pick<
      JobRow,
      'id' | 'pid' | 'seen_at'
    >[];
    const dead = running.filter((job) => !this.#isRunning(job));
    for (const job of dead) this.end(job.id, 'interrupted', { code: 'engine.stopped', facts: {} });
    return dead.length;
  }

  #isRunning({ id, pid, seen_at: seenAt }: Pick<JobRow, 'id' | 'pid' | 'seen_at'>): boolean {
    if (pid === process.pid) return ours.has(id);
    // A clock that was set back would keep a dead row alive for ever: both directions count.
    return isAlive(pid) && Math.abs(this.#clock.nowMs() - Date.parse(seenAt)) < deadAfterMs;
  }

  #running(verb: string, subject: string): number {
    this.settleDead();
    const row = this.#db
      .prepare("SELECT count(*) AS n FROM jobs WHERE state = 'running' AND verb = ? AND subject = ?")
      .get(verb, subject);
    return (row as { n: number }).n;
  }

  #now(): string {
    return isoUtc(this.#clock.nowMs());
  }
}

function toJobView(row: JobRow): JobView {
  return {
    jobId: row.id,
    verb: row.verb,
    subject: row.subject,
    state: row.state,
    startedAt: row.started_at,
    endedAt: row.ended_at,
    errorCode: row.error_code,
    errorFacts: JSON.parse(row.error_facts) as JobView['errorFacts'],
  };
}
