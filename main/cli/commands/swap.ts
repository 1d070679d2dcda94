import type { Command } from 'commander';
import type { VerbOutput } from '../../../shared/ipc/engine-verbs.ts';
import type { RestoreWithoutCardsView } from '../../../shared/model/cards.ts';
import type {
  RestoreEntry,
  SwapComparison,
  SwapOutcome,
  TableComparison,
  UnfinishedRestore,
} from '../../../shared/model/swap.ts';
import { badArgument } from '../arguments/bad-argument.ts';
import { oneOf, parseName } from '../arguments/values.ts';
import type { Words } from '../language.ts';
import { countText, durationText, localTime, shortId } from '../output/figures.ts';
import { textTable, type TableColumn } from '../output/text-table.ts';
import type { Picker, VerbRun } from '../verb-context.ts';
import { resaleLines } from './resale-output.ts';
import { mark } from './shared-output.ts';

interface SwapFlags {
  readonly compare?: true;
  readonly withoutSafetySnapshot?: true;
  readonly evenUnproven?: true;
  readonly resaleGuard?: string;
}

export function addSwap(program: Command, { words, pick }: Picker): void {
  program
    .command('restores')
    .description(words.say('help.restores'))
    .argument('[SOURCE]', words.say('argument.source'))
    .option('--remove <RESTORE>', words.say('flag.remove-unfinished'))
    .action((source: string | undefined, { remove }: { readonly remove?: string }) => {
      if (remove !== undefined && source !== undefined) throw badArgument('SOURCE --remove', 'not-together');
      pick(
        remove === undefined ? restores(source === undefined ? null : parseName(source, 'SOURCE')) : removeRest(remove),
      );
    });
  program
    .command('swap')
    .description(words.say('help.swap'))
    .argument('<RESTORE>', words.say('argument.restore'))
    .option('--compare', words.say('flag.swap-compare'))
    .option('--without-safety-snapshot', words.say('flag.without-safety-snapshot'))
    .option('--even-unproven', words.say('flag.even-unproven'))
    .option('--resale-guard <on|behind|off>', words.say('flag.swap-guard'))
    .action((restore: string, flags: SwapFlags) => {
      pick(flags.compare === true ? compare(restore) : swap(restore, flags));
    });
  program
    .command('undo')
    .description(words.say('help.undo'))
    .argument('<RESTORE>', words.say('argument.restore'))
    .option('--resale-guard <on|behind|off>', words.say('flag.swap-guard'))
    .action((restore: string, flags: SwapFlags) => {
      pick(undo(restore, flags));
    });
}

function restores(source: string | null): VerbRun {
  return async (context) => {
    const output = await context.call('restores.list', { source });
    const { words } = context;
    const unfinished = [...unfinishedLines(output.unfinished, words), ...withoutCardsLines(output.withoutCards, words)];
    if (output.restores.length === 0)
      return { json: output, lines: unfinished.length === 0 ? [words.say('restores.none')] : unfinished };
    const head = ['restore-id', 'restore-stopped', 'restore-where', 'restore-state'];
    const rows = output.restores.map((each) => [
      shortId(each.id),
      localTime(each.stoppedAt),
      each.databases.map(({ name, beside }) => `${name} ← ${beside}`).join(', '),
      words.wordFor('restore-state', each.state),
    ]);
    return {
      json: output,
      lines: [
        ...textTable(
          head.map((column) => ({ title: words.wordFor('column', column) })),
          rows,
        ),
        ...(unfinished.length === 0 ? [] : ['', ...unfinished]),
      ],
    };
  };
}

/** What stopped half-way, with what to do about it. */
function unfinishedLines(unfinished: readonly UnfinishedRestore[], words: Words): string[] {
  if (unfinished.length === 0) return [];
  return [
    words.say('restores.unfinished'),
    ...unfinished.map(({ id, stoppedAt, databases, stage }) =>
      words.say(`restores.unfinished.${stage}`, {
        id: shortId(id),
        at: localTime(stoppedAt),
        where: databases.join(', '),
      }),
    ),
    words.say('restores.unfinished-next', { id: shortId(unfinished[0]?.id ?? '') }),
  ];
}

function withoutCardsLines(waiting: readonly RestoreWithoutCardsView[], words: Words): string[] {
  if (waiting.length === 0) return [];
  return [
    words.say('cards.waiting-list'),
    ...waiting.map(({ id, stoppedAt, databases }) =>
      words.say('cards.waiting-line', { id: shortId(id), at: localTime(stoppedAt), where: databases.join(', ') }),
    ),
  ];
}

function removeRest(restore: string): VerbRun {
  return async (context) => {
    await context.unlock();
    const output = await context.call('restores.remove', { restore });
    const { dropped, left } = output;
    const { words } = context;
    return {
      json: output,
      lines: [
        dropped.length === 0
          ? words.say('restores.removed-nothing')
          : words.say('restores.removed', { where: dropped.join(', ') }),
        ...(left.length === 0 ? [] : [words.say('restores.left', { where: left.join(', ') })]),
      ],
    };
  };
}

function swap(restore: string, flags: SwapFlags): VerbRun {
  const guard = guardOf(flags);
  return async (context) => {
    await context.unlock();
    const output = await context.call('swap.run', {
      restore,
      ...(flags.withoutSafetySnapshot === true ? { withoutSafetySnapshot: true } : {}),
      ...(flags.evenUnproven === true ? { evenUnproven: true } : {}),
      ...guard,
    });
    return { json: output, lines: swappedLines(output, context.words) };
  };
}

function undo(restore: string, flags: SwapFlags): VerbRun {
  const guard = guardOf(flags);
  return async (context) => {
    await context.unlock();
    const output = await context.call('undo.run', { restore, ...guard });
    return { json: output, lines: swappedLines(output, context.words) };
  };
}

function guardOf({ resaleGuard }: SwapFlags): { readonly resaleGuard?: 'on' | 'behind' | 'off' } {
  return resaleGuard === undefined
    ? {}
    : { resaleGuard: oneOf(resaleGuard, ['on', 'behind', 'off'], '--resale-guard') };
}

function compare(restore: string): VerbRun {
  return async (context) => {
    await context.unlock();
    const output = await context.call('swap.compare', { restore });
    return {
      json: output,
      lines: [
        ...comparisonLines(output.comparison, context.words, output.restore.state),
        '',
        ...checkLines(output, context.words),
      ],
    };
  };
}

export function swappedLines(output: SwapOutcome, words: Words): string[] {
  const { restore, comparison } = output;
  const figures = {
    tables: countText(output.tables),
    held: durationText(output.heldMs, words),
    at: localTime(restore.stoppedAt),
  };
  const id = shortId(restore.id);
  const isIn = restore.state === 'swapped';
  const kept = restore.databases.flatMap(({ beside, before }) => (isIn ? (before ?? []) : beside)).join(', ');
  return [
    ...(comparison === null ? [] : [...comparisonLines(comparison, words, 'beside'), '']),
    ...attemptLines(output, words),
    words.say(isIn ? 'swap.done' : 'swap.undone', figures),
    ...safetyLines(output, words),
    ...(isIn
      ? [...(kept === '' ? [] : [words.say('swap.kept', { where: kept })]), words.say('swap.undo-with', { id })]
      : [words.say('swap.undone-kept', { where: kept, id })]),
    ...(output.resale === undefined ? [] : resaleLines(output.resale, words)),
    ...output.notes.map((note) => noteText(note, words)),
  ];
}

/** Notes are `id: what it is about`. */
function noteText(note: string, words: Words): string {
  const [id = '', ...subject] = note.split(': ');
  return `· ${[words.wordFor('note', id), ...subject].join(': ')}`;
}

function attemptLines({ attempts }: SwapOutcome, words: Words): string[] {
  return attempts.flatMap(({ ok, waitedMs, blockers }, index) => {
    const who = blockers.map(({ thread, user, seconds }) => `#${thread} ${user} (${seconds} s)`).join(', ');
    return ok ? [] : [words.say('swap.attempt', { n: index + 1, time: durationText(waitedMs, words), blockers: who })];
  });
}

function safetyLines({ safetySnapshot, safetyReason }: SwapOutcome, words: Words): string[] {
  if (safetySnapshot !== null) return [words.say('swap.safety', { id: shortId(safetySnapshot) })];
  return safetyReason === null || safetyReason === 'not-needed' ? [] : [words.wordFor('swap.safety', safetyReason)];
}

function comparisonLines(
  { tables, objects, ledgers, totals }: SwapComparison,
  words: Words,
  state: RestoreEntry['state'],
): string[] {
  const isSame = totals.complete && totals.comeBack + totals.goAway + totals.change === 0 && objects.length === 0;
  const head = ['table', 'live', 'restored', 'back', 'away', 'change'].map((column): TableColumn => ({
    title: words.wordFor('column', `compare-${column}`),
    align: column === 'table' ? 'left' : 'right',
  }));
  const figures = {
    back: countText(totals.comeBack),
    change: countText(totals.change),
    away: countText(totals.goAway),
  };
  const whole = { back: countText(totals.tablesComeBack), away: countText(totals.tablesGoAway) };
  const sum = (side: { sum: string } | null) => side?.sum ?? words.say('compare.unknown');
  return [
    ...textTable(
      head,
      tables.map((table) => tableRow(table, words)),
    ),
    '',
    isSame
      ? words.say('compare.none')
      : words.say(state === 'swapped' ? 'compare.undo-total' : 'compare.total', figures),
    ...(totals.tablesComeBack + totals.tablesGoAway > 0 ? [words.say('compare.tables', whole)] : []),
    ...(totals.complete ? [] : [words.say('compare.incomplete')]),
    ...objects.map(
      ({ kind, database, name, effect }) => `· ${kind} ${database}.${name}: ${words.wordFor('compare.object', effect)}`,
    ),
    ...ledgers.map(({ name, live, restored, equal }) => {
      const line = words.say('compare.ledger', { name, live: sum(live), restored: sum(restored) });
      return equal === null ? `· ${line}` : `${mark(equal)} ${line}`;
    }),
  ];
}

function tableRow(
  { database, table, live, restored, same, comeBack, goAway, change, stays }: TableComparison,
  words: Words,
): string[] {
  const side = (rows: TableComparison['live']) =>
    rows === null ? '–' : `${rows.exact ? '' : '≈'}${countText(rows.rows)}`;
  const figure = (rows: number | null) => (rows === null ? words.say('compare.unknown') : countText(rows));
  const word = stays ? words.say('compare.stays') : same === true ? words.say('compare.same') : null;
  const rest = word === null ? [figure(comeBack), figure(goAway), figure(change)] : [word, '', ''];
  return [`${database}.${table}`, side(live), side(restored), ...rest];
}

function checkLines({ checks }: VerbOutput<'swap.compare'>, words: Words): string[] {
  return checks
    .filter(({ ok, warning }) => !ok || warning)
    .map(({ id, ok, facts }) => {
      const said = Object.entries(facts).map(([name, value]) => `${name}=${String(value)}`);
      return `${mark(ok)} ${words.say('compare.check', { name: words.wordFor('swap-check', id), facts: said.join(' ') })}`;
    });
}
