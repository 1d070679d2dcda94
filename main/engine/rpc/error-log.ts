import { appendFileSync, mkdirSync, renameSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { describeError } from '../../../shared/errors/redact.ts';
import { systemClock, type Clock } from '../platform/clock.ts';

const maxBytes = 1_000_000;

export type ReportError = (what: string, error: unknown, secrets?: readonly string[]) => void;

/**
 * The engine's own log: only errors that nobody foresaw, each with its stack, never with what the call was given. One
 * file and one older file, a megabyte each. Written synchronously, because the next thing may be the end of the process.
 */
export function openErrorLog(file: string, clock: Clock = systemClock): ReportError {
  return (what, error, secrets = []) => {
    try {
      mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
      if ((statSync(file, { throwIfNoEntry: false })?.size ?? 0) > maxBytes) renameSync(file, `${file}.1`);
      const line = `${new Date(clock.nowMs()).toISOString()} ${what}: ${describeError(error, secrets)}\n`;
      appendFileSync(file, line, { mode: 0o600 });
    } catch {
      // A full disk must not turn an error into a crash; the caller still gets its coded answer.
    }
  };
}
