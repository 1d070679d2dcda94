import { AppError, toAppError } from '../../../../shared/errors/app-error.ts';
import { isoUtc } from '../../platform/clock.ts';
import { loadPresets } from '../../presets/preset.ts';
import { lookAround, type LookedAround } from '../../source/files/index.ts';
import { listEverything } from '../../source/mysql/index.ts';
import type { EngineContext } from '../engine-context.ts';
import type { SavedSource } from '../home/settings-file.ts';
import { usualItems } from '../redis-of-source.ts';
import type { ServerSession } from '../source-session.ts';
import { thingsSeen, type LookedServer } from './seen-things.ts';

/** The database and the files, each. A look is never worth more: what it did not see is told as unseen. */
const limitMs = 45_000;

/**
 * Looks at what is on a shop's server, and writes it down. Asks for names only: nothing is locked, no row and no file is read. Whatever cannot be seen is a thing of
 * its own. Errors: the signal's reason; where nothing at all could be seen, that is written down and thrown.
 */
export async function lookAtServer(
  context: EngineContext,
  source: SavedSource,
  session: ServerSession,
  signal: AbortSignal,
): Promise<void> {
  const at = isoUtc(context.clock.nowMs());
  const failed: LookedServer['failed'][number][] = [];
  const trying = async <T>(what: 'server' | 'files', look: (within: AbortSignal) => Promise<T>): Promise<T | null> => {
    const patience = AbortSignal.timeout(limitMs);
    try {
      return await look(AbortSignal.any([signal, patience]));
    } catch (error) {
      signal.throwIfAborted();
      failed.push({ what, code: patience.aborted ? 'too-slow' : toAppError(error).code });
      return null;
    }
  };
  const [server, around] = await Promise.all([
    trying('server', (within) => listEverything(session.target, within)),
    trying('files', (within) => lookAtFiles(source, session, within)),
  ]);
  if (server === null && around === null) {
    const code = failed.find(({ what }) => what === 'server')?.code ?? 'unexpected';
    context.catalog.looks.recordFailure(source.id, { at, code });
    throw new AppError('coverage.no-look', { source: source.name, reason: code });
  }
  const looked: LookedServer = {
    server,
    files: around?.files ?? null,
    cronLines: around?.cronLines ?? null,
    login: source.ssh?.user ?? '',
    redis: await usualItems(source),
    failed,
  };
  context.catalog.looks.record(source.id, thingsSeen(looked, at, context.catalog.looks.read(source.id)?.look ?? null));
}

interface FilesSeen {
  readonly files: LookedAround;
  readonly cronLines: number | null;
}

async function lookAtFiles(source: SavedSource, session: ServerSession, signal: AbortSignal): Promise<FilesSeen> {
  if (session.openFiles === null) throw new AppError('files.no-ssh', { source: source.name });
  const named = new Set([source.preset, ...(source.shops ?? []).map(({ preset }) => preset)]);
  const presets = (await loadPresets()).filter(({ id }) => named.has(id));
  const files = await session.openFiles(signal);
  try {
    const [around, crontab] = await Promise.all([
      lookAround(files, {
        sites: [...source.files, ...presets.flatMap(({ site }) => site.roots)],
        programPaths: presets.flatMap(({ site, outside }) => [
          ...site.config,
          ...site.uploads,
          ...outside.flatMap((each) => (each.kind === 'files' ? each.paths : [])),
        ]),
        signal,
      }),
      session.ask === null ? null : session.ask('crontab -l'),
    ]);
    return { files: around, cronLines: crontab === null ? null : workingLines(crontab) };
  } finally {
    files.close();
  }
}

function workingLines(crontab: string): number {
  return crontab.split('\n').filter((line) => line.trim() !== '' && !line.trim().startsWith('#')).length;
}
