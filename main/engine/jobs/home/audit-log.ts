import { createHash } from 'node:crypto';
import { appendFile, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { ErrorFacts } from '../../../../shared/errors/app-error.ts';
import { objectIdSchema } from '../../../../shared/model/database.ts';
import { factsSchema } from '../../../../shared/model/snapshot.ts';
import { isoUtc, type Clock } from '../../platform/clock.ts';

const entrySchema = z.strictObject({
  at: z.iso.datetime(),
  action: z.string(),
  facts: factsSchema,
  hash: objectIdSchema,
});
export type AuditEntry = z.infer<typeof entrySchema>;

const beginning = '0'.repeat(64);

/**
 * `audit.jsonl`: what was done with this home, one JSON line each, chained by hash so that a line cannot be changed or taken
 * out unnoticed. Facts hold names, counts and ids; never secrets. It also carries the evidence (a restore that was
 * rehearsed, a copy that was read back) from which a deleted catalog is rebuilt.
 */
export class AuditLog {
  readonly #path: string;
  readonly #clock: Clock;
  #appending: Promise<unknown> = Promise.resolve();

  constructor(homeDir: string, clock: Clock) {
    this.#path = join(homeDir, 'audit.jsonl');
    this.#clock = clock;
  }

  append(action: string, facts: ErrorFacts): Promise<void> {
    const next = this.#appending.then(async () => {
      const { entries } = await this.read();
      const entry = { at: isoUtc(this.#clock.nowMs()), action, facts };
      const hash = chainHash(entries.at(-1)?.hash ?? beginning, entry);
      await appendFile(this.#path, `${JSON.stringify({ ...entry, hash })}\n`, { mode: 0o600 });
    });
    // The chain goes on after a failed append; the failure itself reaches the caller through `next`.
    this.#appending = next.catch(() => undefined);
    return next;
  }

  /** All sound entries, oldest first; `intact` is false from the first line that does not fit the chain. */
  async read(): Promise<{ readonly intact: boolean; readonly entries: AuditEntry[] }> {
    let text: string;
    try {
      text = await readFile(this.#path, 'utf8');
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return { intact: true, entries: [] };
      throw error;
    }
    const entries: AuditEntry[] = [];
    let previous = beginning;
    for (const line of text.split('\n').filter((candidate) => candidate !== '')) {
      const entry = parseEntry(line);
      if (entry === null) return { intact: false, entries };
      const { hash, ...content } = entry;
      if (chainHash(previous, content) !== hash) return { intact: false, entries };
      entries.push(entry);
      previous = hash;
    }
    return { intact: true, entries };
  }
}

function parseEntry(line: string): AuditEntry | null {
  try {
    return entrySchema.parse(JSON.parse(line));
  } catch {
    // A torn or edited line is a finding (`intact: false`), not a failure of the reader.
    return null;
  }
}

function chainHash(previous: string, entry: { at: string; action: string; facts: ErrorFacts }): string {
  const facts = Object.fromEntries(Object.entries(entry.facts).sort(([a], [b]) => (a < b ? -1 : 1)));
  return createHash('sha256')
    .update(previous)
    .update(JSON.stringify([entry.at, entry.action, facts]))
    .digest('hex');
}
