import type { Command } from 'commander';
import { AppError } from '../../../shared/errors/app-error.ts';
import type { VerbOutput } from '../../../shared/ipc/engine-verbs.ts';
import type { RetentionRule, ShrunkSource } from '../../../shared/model/retention.ts';
import { badArgument } from '../arguments/bad-argument.ts';
import { parseCount, parseName } from '../arguments/values.ts';
import type { Words } from '../language.ts';
import { countText, durationText, localTime, shortId, sizeText } from '../output/figures.ts';
import type { Finding } from '../output/report.ts';
import { textTable } from '../output/text-table.ts';
import type { Picker, VerbRun } from '../verb-context.ts';
import { mark, unknownDeedLines } from './shared-output.ts';

export interface KeepFlags {
  readonly keepDaily?: string;
  readonly keepWeekly?: string;
  readonly keepMonthly?: string;
  readonly keepAll?: true;
}

interface PruneFlags extends KeepFlags {
  readonly dryRun?: true;
  readonly confirmShrink?: string;
}

type Output = VerbOutput<'prune.run'>;

/** The flags of a retention rule, for `prune` and for `destination set`. */
export function addKeepFlags(command: Command, words: Words): Command {
  return command
    .option('--keep-daily <N>', words.say('flag.keep-daily'))
    .option('--keep-weekly <N>', words.say('flag.keep-weekly'))
    .option('--keep-monthly <N>', words.say('flag.keep-monthly'))
    .option('--keep-all', words.say('flag.keep-all'));
}

/** Only the fields that were asked for. Numbers end an earlier `--keep-all`. */
export function readKeepFlags(flags: KeepFlags): Partial<RetentionRule> {
  const { keepDaily, keepWeekly, keepMonthly, keepAll } = flags;
  const numbers = {
    ...(keepDaily === undefined ? {} : { keepDaily: parseCount(keepDaily, '--keep-daily') }),
    ...(keepWeekly === undefined ? {} : { keepWeekly: parseCount(keepWeekly, '--keep-weekly') }),
    ...(keepMonthly === undefined ? {} : { keepMonthly: parseCount(keepMonthly, '--keep-monthly') }),
  };
  const hasNumbers = Object.keys(numbers).length > 0;
  if (keepAll === true && hasNumbers) throw badArgument('--keep-all --keep-daily', 'not-together');
  return hasNumbers ? { ...numbers, keepAll: false } : keepAll === true ? { keepAll } : {};
}

export function addPrune(program: Command, { words, pick }: Picker): void {
  const command = program
    .command('prune')
    .description(words.say('help.prune'))
    .argument('<DESTINATION>', words.say('argument.destination'));
  addKeepFlags(command, words)
    .option('--dry-run', words.say('flag.dry-run'))
    .option('--confirm-shrink <SNAPSHOT>', words.say('flag.confirm-shrink'))
    .action((destination: string, flags: PruneFlags) => {
      pick(prune(parseName(destination, 'DESTINATION'), flags));
    });
}

function prune(destination: string, flags: PruneFlags): VerbRun {
  const keep = readKeepFlags(flags);
  const confirmShrink = flags.confirmShrink ?? null;
  if (confirmShrink !== null && !/^[0-9a-f-]{8,36}$/i.test(confirmShrink))
    throw badArgument('--confirm-shrink', 'not-a-snapshot');
  return async (context) => {
    const { words } = context;
    await context.unlock();
    const input = { destination, keep, dryRun: flags.dryRun === true, confirmShrink };
    const output = await context.call('prune.run', input);
    return { json: output, lines: linesOf(output, words), finding: shrinkFinding(output) };
  };
}

function linesOf(output: Output, words: Words): string[] {
  const { kept, removed, rule, dryRun, timeZone, tooYoung, locked, shrunk } = output;
  const goes = words.say(dryRun ? 'prune.would-go' : 'prune.goes');
  const entries = [
    ...kept.map((each) => ({ ...each, verdict: words.say('prune.stays'), why: whyOf('keep', each.reasons, words) })),
    ...removed.map((each) => ({ ...each, verdict: goes, why: whyOf('go', each.reasons, words) })),
  ].sort((a, b) => (a.source === b.source ? (a.at < b.at ? 1 : -1) : a.source < b.source ? -1 : 1));
  const columns = (['id', 'source', 'at', 'stays', 'why'] as const).map((id) => ({ title: words.say(`column.${id}`) }));
  const rows = entries.map((each) => [
    `${mark(each.green)} ${shortId(each.snapshot)}`,
    each.source,
    localTime(each.at),
    each.verdict,
    each.why,
  ]);
  const figures = {
    removed: countText(removed.length),
    kept: countText(kept.length),
    objects: countText(output.objectsRemoved),
    bytes: sizeText(output.bytesFreed),
  };
  const { keepDaily: daily, keepWeekly: weekly, keepMonthly: monthly } = rule;
  return [
    ...(rows.length === 0 ? [] : [...textTable(columns, rows), '']),
    rule.keepAll ? words.say('prune.rule-all') : words.say('prune.rule', { daily, weekly, monthly }),
    words.say('prune.zone', { zone: timeZone }),
    ...(removed.length === 0 ? [words.say('prune.nothing')] : []),
    dryRun
      ? words.say('prune.dry', figures)
      : words.say('prune.done', { ...figures, time: durationText(output.durationMs, words) }),
    ...logLines(output, words),
    ...(output.ruleSaved === true ? [words.say('prune.rule-saved', { name: output.destination })] : []),
    ...(tooYoung === 0 ? [] : [words.say('prune.young', { count: countText(tooYoung) })]),
    ...(locked === 0 ? [] : [words.say('prune.locked', { count: countText(locked) })]),
    ...unknownDeedLines(output, words),
    ...shrunk.flatMap((source) => ['', ...shrinkLines(source, words)]),
  ];
}

/** What goes of the logs, and why the rest of one stays that could have been looked at. */
function logLines({ logs = [], dryRun }: Output, words: Words): string[] {
  return logs.flatMap(({ source, records, because }) => {
    const gone = { source, records: countText(records) };
    if (records > 0) return [words.say(dryRun ? 'prune.log-would-go' : 'prune.log-goes', gone)];
    return because === 'oldest-snapshot' ? [] : [words.say(`prune.log.${because}`, { source })];
  });
}

function whyOf(
  area: 'keep' | 'go',
  reasons: readonly { readonly id: string; readonly bucket: string | null }[],
  words: Words,
): string {
  return reasons
    .map(({ id, bucket }) => words.wordFor(area, id, { bucket: bucket ?? '' }))
    .join(words.language === 'zh' ? '，' : ', ');
}

function shrinkLines({ source, findings }: ShrunkSource, words: Words): string[] {
  return findings.map(
    ({ kind, name, detail, before, after }) =>
      `${mark(false)} ${source}  ${words.say(`shrink.${kind}`, { name, detail: detail ?? '', before: countText(before), after: countText(after) })}`,
  );
}

/** A rehearsal shows its plan, and says with the same code and exit as the real run that this one would refuse. */
function shrinkFinding({ shrunk }: Output): Finding | undefined {
  const [first] = shrunk;
  if (first === undefined) return undefined;
  const { source, snapshot, at, rowsBefore, rowsAfter, evidence } = first;
  const error = new AppError('prune.looks-like-attack', { source, snapshot, at, rowsBefore, rowsAfter, evidence });
  return { error, exit: 5 };
}
