import { appendFileSync, mkdirSync, renameSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describeError, redact } from '../../../shared/errors/redact.ts';

const defaultMaxBytes = 1_000_000;

export interface Log {
  readonly info: (text: string) => void;
  readonly error: (what: string, error: unknown) => void;
}

/**
 * The app's one log, `app.log` and one older file. Everything is redacted here, so no caller has to remember to; inputs of
 * calls are never given to it. Lines are rare, so they are written at once: the next thing may be the end.
 */
export function openLog(folder: string, now: () => number, maxBytes = defaultMaxBytes): Log {
  const file = join(folder, 'app.log');

  function write(level: string, text: string): void {
    try {
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      if ((statSync(file, { throwIfNoEntry: false })?.size ?? 0) >= maxBytes) renameSync(file, `${file}.1`);
      appendFileSync(file, `${new Date(now()).toISOString()} ${level} ${text}\n`, { mode: 0o600 });
    } catch {
      // A full or read-only disk must not keep the app from working.
    }
  }

  return {
    info: (text) => write('info', redact(text)),
    error: (what, error) => write('error', `${redact(what)}: ${describeError(error)}`),
  };
}
