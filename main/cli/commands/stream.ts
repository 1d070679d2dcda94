import { resolve } from 'node:path';
import type { Command } from 'commander';
import { AppError } from '../../../shared/errors/app-error.ts';
import type { VerbOutput } from '../../../shared/ipc/engine-verbs.ts';
import { badArgument } from '../arguments/bad-argument.ts';
import { parseInstant, parseList, parseName, parseSecondsAsMs } from '../arguments/values.ts';
import type { Words } from '../language.ts';
import { countText, durationText, localTime, sizeText } from '../output/figures.ts';
import { errorDocument, type Finding } from '../output/report.ts';
import { textTable } from '../output/text-table.ts';
import type { Picker, VerbRun } from '../verb-context.ts';
import { addVaultFlags, readVault, type OpenVaultFlags } from './flags.ts';
import { knownCode, mark } from './shared-output.ts';

interface StreamFlags {
  readonly for?: string;
  readonly untilCaughtUp?: true;
  readonly to?: readonly string[];
}

interface EventsFlags extends OpenVaultFlags {
  readonly since?: string;
  readonly until?: string;
  readonly destructive?: true;
  readonly table?: string;
  readonly exportLog?: string;
}

type StreamOutput = VerbOutput<'stream.run'>;
type EventsOutput = VerbOutput<'events.list'>;
type ExportOutput = VerbOutput<'events.export'>;

export function addStream(program: Command, { words, pick }: Picker): void {
  program
    .command('stream')
    .description(words.say('help.stream'))
    .argument('<SOURCE>', words.say('argument.source'))
    .option('--for <SECONDS>', words.say('flag.stream-for'))
    .option('--until-caught-up', words.say('flag.until-caught-up'))
    .option('--to <NAME...>', words.say('flag.stream-to'))
    .action((source: string, flags: StreamFlags) => {
      pick(stream(parseName(source, 'SOURCE'), flags));
    });
  const log = program
    .command('events')
    .description(words.say('help.events'))
    .argument('<SOURCE>', words.say('argument.source'))
    .option('--since <TIME>', words.say('flag.since'))
    .option('--until <TIME>', words.say('flag.until'))
    .option('--destructive', words.say('flag.destructive'))
    .option('--table <TABLE>', words.say('flag.events-table'))
    .option('--export-log <DIR>', words.say('flag.export-log'));
  addVaultFlags(log, words).action((source: string, flags: EventsFlags) => {
    const name = parseName(source, 'SOURCE');
    pick(flags.exportLog === undefined ? events(name, flags) : exportLog(name, flags.exportLog, flags));
  });
}

function stream(source: string, flags: StreamFlags): VerbRun {
  if (flags.for !== undefined && flags.untilCaughtUp === true)
    throw badArgument('--for --until-caught-up', 'not-together');
  const forMs = flags.for === undefined ? null : parseSecondsAsMs(flags.for, '--for');
  const to = (flags.to ?? []).flatMap(parseList).map((name) => parseName(name, '--to'));
  return async (context) => {
    await context.unlock();
    const untilCaughtUp = flags.untilCaughtUp === true;
    const output = await context.call('stream.run', { source, forMs, untilCaughtUp, to });
    return { json: output, lines: streamLines(output, context.words), finding: streamFinding(output) };
  };
}

function streamLines(output: StreamOutput, words: Words): string[] {
  const { to, gaps, copies, warnings, rpoMs } = output;
  return [
    words.say('stream.done', {
      events: countText(output.events),
      bytes: sizeText(output.bytes),
      segments: countText(output.segments),
      place: to === null ? '–' : `${to.file}:${to.position}`,
      time: durationText(output.durationMs, words),
    }),
    ...(output.merged === 0 ? [] : [words.say('stream.merged', { records: countText(output.merged) })]),
    ...(rpoMs === null ? [] : [words.say('stream.rpo', { time: durationText(rpoMs, words) })]),
    ...copies
      .slice(1)
      .map(({ destination, ok, records, bytes, errorCode }) =>
        ok
          ? `${mark(true)} ${words.say('stream.copy', { destination, records: countText(records), bytes: sizeText(bytes) })}`
          : `${mark(false)} ${destination}  ${errorDocument({ code: knownCode(errorCode), facts: {} }, words).message}`,
      ),
    ...gapLines(gaps, words),
    ...warnings.map((id) => `! ${words.say(`stream.warning.${id}`)}`),
  ];
}

function gapLines(gaps: StreamOutput['gaps'], words: Words): string[] {
  return gaps.map(
    ({ reason, after, afterAt, until }) =>
      `! ${words.say(`stream.gap.${reason}`, {
        after: after === null ? '–' : `${after.file}:${after.position}`,
        at: afterAt === null ? '–' : localTime(afterAt),
        until: `${until.file}:${until.position}`,
      })}`,
  );
}

function streamFinding({ copies }: StreamOutput): Finding | undefined {
  const failed = copies.filter(({ ok }) => !ok).map(({ destination }) => destination);
  if (failed.length === 0) return undefined;
  return { error: new AppError('copy.incomplete', { destinations: failed.join(', ') }) };
}

function events(source: string, flags: EventsFlags): VerbRun {
  const since = flags.since === undefined ? null : parseInstant(flags.since, '--since');
  const until = flags.until === undefined ? null : parseInstant(flags.until, '--until');
  return async (context) => {
    await context.unlock();
    const destructive = flags.destructive === true;
    const output = await context.call('events.list', { source, since, until, destructive, table: flags.table ?? null });
    return { json: output, lines: eventLines(output, context.words) };
  };
}

function exportLog(source: string, dir: string, flags: EventsFlags): VerbRun {
  const lists = flags.since ?? flags.until ?? flags.destructive ?? flags.table;
  if (lists !== undefined) throw badArgument('--export-log --since --until --destructive --table', 'not-together');
  return async (context) => {
    await context.unlock();
    const path = resolve(context.surroundings.cwd, dir);
    const output = await context.call('events.export', { source, dir: path, vault: await readVault(flags, context) });
    return { json: output, lines: exportLines(output, context.words) };
  };
}

function exportLines({ dir, files, gaps, vault, durationMs }: ExportOutput, words: Words): string[] {
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  const isPart = files.some(({ from }) => from.position > 4);
  return [
    words.say('log-export.done', {
      dir,
      files: countText(files.length),
      bytes: sizeText(bytes),
      time: durationText(durationMs, words),
    }),
    ...files.map(({ file }) => `  ${file}`),
    ...gapLines(gaps, words),
    ...(isPart ? [words.say('log-export.part')] : []),
    ...(vault === 'open' ? [words.say('log-export.holds-cards')] : []),
    words.say('log-export.how', { file: files[0]?.file ?? '' }),
  ];
}

function eventLines({ events: found, gaps }: EventsOutput, words: Words): string[] {
  const columns = (['at', 'kind', 'tables', 'rows', 'thread', 'id'] as const).map((id) => ({
    title: words.say(`column.event-${id}`),
    align: id === 'rows' || id === 'thread' ? ('right' as const) : ('left' as const),
  }));
  const rows = found.map(({ at, kind, tables, rows: changed, share, threadId, id }) => [
    localTime(at),
    words.say(`event.${kind}`),
    tables.slice(0, 3).join(', ') + (tables.length > 3 ? ` … (${tables.length})` : ''),
    changed === null ? '?' : countText(changed) + (share === null ? '' : ` (${Math.round(share * 100)} %)`),
    threadId === null ? '' : String(threadId),
    id,
  ]);
  const statements = found.flatMap(({ id, statement }) => (statement === null ? [] : [`${id}  ${statement}`]));
  return [
    ...(found.length === 0 ? [words.say('events.none')] : textTable(columns, rows)),
    ...(statements.length === 0 ? [] : ['', ...statements]),
    ...gapLines(gaps, words),
    words.say('events.reads-leave-no-trace'),
  ];
}
