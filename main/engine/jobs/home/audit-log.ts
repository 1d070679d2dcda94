import { createHash } from 'node:crypto';
import { open, readFile, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { ErrorFacts } from '../../../../shared/errors/app-error.ts';
import { objectIdSchema } from '../../../../shared/model/database.ts';
import { factsSchema } from '../../../../shared/model/facts.ts';
import { isoUtc, type Clock } from '../../platform/clock.ts';
import { writeFileDurably } from '../../platform/write-file-durably.ts';
import { withHomeLock } from './home-lock.ts';

const entrySchema = z.strictObject({
  at: z.iso.datetime(),
  action: z.string(),
  facts: factsSchema,
  hash: objectIdSchema,
});
export type AuditEntry = z.infer<typeof entrySchema>;

/** How long the log was and how it ended after the last append. */
const headSchema = z.strictObject({ bytes: z.int().nonnegative(), hash: objectIdSchema });

const beginning = '0'.repeat(64);
const newline = 0x0a;

/**
 * `audit.jsonl`: what was done with this home, one JSON line each, chained by hash so that a line cannot be changed or taken
 * out unnoticed; `audit.head.json` beside it says where the chain ends, so that lines cut off its end are missed too. Facts hold
 * names, counts and ids; never secrets. It also carries the evidence (a restore that was rehearsed, a copy that was read
 * back) from which a deleted catalog is rebuilt.
 *
 * It guards against accidents and clumsy hands: whoever may write this folder can write a whole new log.
 */
export class AuditLog {
  readonly #dir: string;
  readonly #path: string;
  readonly #headPath: string;
  readonly #clock: Clock;
  #appending: Promise<unknown> = Promise.resolve();

  constructor(homeDir: string, clock: Clock) {
    this.#dir = homeDir;
    this.#path = join(homeDir, 'audit.jsonl');
    this.#headPath = join(homeDir, 'audit.head.json');
    this.#clock = clock;
  }

  /** Durable when it resolves. Safe beside other processes on the same home. */
  append(action: string, facts: ErrorFacts): Promise<void> {
    const next = this.#appending.then(() => withHomeLock(this.#dir, () => this.#append(action, facts)));
    // The chain goes on after a failed append; the failure itself reaches the caller through `next`.
    this.#appending = next.catch(() => undefined);
    return next;
  }

  /**
   * All sound entries, oldest first. `intact` is false when a line does not fit the chain or lines are missing at its end; what
   * was appended after such a place still counts.
   */
  async read(): Promise<{ readonly intact: boolean; readonly entries: AuditEntry[] }> {
    // The head first: a line that is appended meanwhile is in the text and not missed.
    const head = await this.#readHead();
    const { intact, entries } = chainOf((await readOrNull(this.#path)) ?? '');
    const isWhole = head === null || entries.some(({ hash }) => hash === head.hash);
    return { intact: intact && isWhole, entries };
  }

  async #append(action: string, facts: ErrorFacts): Promise<void> {
    const file = await open(this.#path, 'a+', 0o600);
    try {
      const end = await this.#findEnd(file);
      const entry = { at: isoUtc(this.#clock.nowMs()), action, facts };
      const hash = chainHash(end.hash, entry);
      const line = Buffer.from(`${end.note}${JSON.stringify({ ...entry, hash })}\n`);
      await file.appendFile(line);
      await file.sync();
      await writeFileDurably(this.#headPath, JSON.stringify({ bytes: end.bytes + line.length, hash }));
    } finally {
      await file.close();
    }
  }

  /** Where the next line goes. Only after an accident does the log end elsewhere than its head says: then the chain is followed. */
  async #findEnd(file: FileHandle): Promise<{ readonly bytes: number; readonly hash: string; readonly note: string }> {
    const { size } = await file.stat();
    const head = await this.#readHead();
    if (head?.bytes === size) return { ...head, note: '' };
    const content = await file.readFile();
    if (head !== null && size > head.bytes && !content.includes(newline, head.bytes)) {
      // A line that was torn by a power cut: nobody was told that it was written.
      await file.truncate(head.bytes);
      return { ...head, note: '' };
    }
    const { entries, lastHash } = chainOf(content.toString('utf8'));
    const isCut = head !== null && entries.every(({ hash }) => hash !== head.hash);
    const isOpen = size > 0 && content.at(-1) !== newline;
    // A line that fits no chain: from now on every reader sees that something was lost here.
    return { bytes: size, hash: lastHash, note: `${isOpen ? '\n' : ''}${isCut ? '# lines are missing here\n' : ''}` };
  }

  async #readHead(): Promise<z.infer<typeof headSchema> | null> {
    const text = await readOrNull(this.#headPath);
    if (text === null) return null;
    try {
      return headSchema.parse(JSON.parse(text));
    } catch {
      // A damaged head says nothing; the chain of the log itself still does.
      return null;
    }
  }
}

/** Follows the chain over lines that do not fit it: they are left out and `intact` is false. */
function chainOf(text: string): {
  readonly intact: boolean;
  readonly entries: AuditEntry[];
  readonly lastHash: string;
} {
  const entries: AuditEntry[] = [];
  let intact = true;
  let lastHash = beginning;
  for (const line of text.split('\n').filter((candidate) => candidate !== '')) {
    const entry = parseEntry(line);
    if (entry === null || chainHash(lastHash, entry) !== entry.hash) {
      intact = false;
      continue;
    }
    entries.push(entry);
    lastHash = entry.hash;
  }
  return { intact, entries, lastHash };
}

function parseEntry(line: string): AuditEntry | null {
  try {
    return entrySchema.parse(JSON.parse(line));
  } catch {
    // A torn or edited line is a finding (`intact: false`), not a failure of the reader.
    return null;
  }
}

function chainHash(previous: string, entry: Omit<AuditEntry, 'hash'>): string {
  const facts = Object.fromEntries(Object.entries(entry.facts).sort(([a], [b]) => (a < b ? -1 : 1)));
  return createHash('sha256')
    .update(previous)
    .update(JSON.stringify([entry.at, entry.action, facts]))
    .digest('hex');
}

async function readOrNull(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
}
