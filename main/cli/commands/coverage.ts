import type { Command } from 'commander';
import { coverageReasonText, coverageThingText } from '../../../shared/i18n/coverage-words.ts';
import type { VerbOutput } from '../../../shared/ipc/engine-verbs.ts';
import type { CoveredThing } from '../../../shared/model/coverage.ts';
import { badArgument } from '../arguments/bad-argument.ts';
import { parseName } from '../arguments/values.ts';
import { countText, localTime } from '../output/figures.ts';
import type { Words } from '../language.ts';
import type { Picker, VerbRun } from '../verb-context.ts';
import { collect } from './shared-output.ts';

interface Flags {
  readonly accept: string[];
  readonly reason?: string;
  readonly askAgain: string[];
  readonly keep: string[];
  readonly last?: true;
  readonly all?: true;
}
type Coverage = VerbOutput<'coverage.show'>;

/** What is on a shop's server, and what of it is in no backup. */
export function addCoverage(program: Command, { words, pick }: Picker): void {
  program
    .command('coverage')
    .description(words.say('help.coverage'))
    .argument('<SOURCE>', words.say('argument.source'))
    .option('--accept <ID>', words.say('flag.coverage-accept'), collect, [])
    .option('--reason <TEXT>', words.say('flag.coverage-reason'))
    .option('--ask-again <ID>', words.say('flag.coverage-ask-again'), collect, [])
    .option('--keep <ID>', words.say('flag.coverage-keep'), collect, [])
    .option('--last', words.say('flag.coverage-last'))
    .option('--all', words.say('flag.coverage-all'))
    .action((source: string, flags: Flags) => {
      pick(coverage(parseName(source, 'SOURCE'), flags));
    });
}

function coverage(source: string, flags: Flags): VerbRun {
  const { accept, askAgain, keep, reason = null } = flags;
  if (reason !== null && accept.length === 0) throw badArgument('--accept', 'missing');
  const isAnswer = accept.length + askAgain.length + keep.length > 0;
  return async (context) => {
    const look = !isAnswer && flags.last !== true;
    await (look || keep.length > 0 ? context.unlock() : context.unlockIfAtHand());
    let output = isAnswer ? null : await context.call('coverage.show', { source, look });
    if (keep.length > 0) output = await context.call('coverage.keep', { source, things: keep });
    if (accept.length + askAgain.length > 0)
      output = await context.call('coverage.answer', { source, accept, reason, askAgain });
    if (output === null) throw badArgument('--accept', 'missing');
    return { json: output, lines: lines(output, flags.all === true, context.words) };
  };
}

function lines(output: Coverage, withKept: boolean, words: Words): string[] {
  const { things, figures, lookedAt, failed, source } = output;
  if (lookedAt === null) return [words.say('coverage.none', { source }), ...failedLines(failed, words)];
  const inState = (state: CoveredThing['state']) => things.filter((thing) => thing.state === state);
  const open = inState('open').filter(({ kind }) => kind !== 'unseen');
  const unseen = inState('open').filter(({ kind }) => kind === 'unseen');
  const facts = {
    all: countText(figures.all),
    open: countText(figures.open),
    kept: countText(figures.kept),
    accepted: countText(figures.accepted),
  };
  return [
    words.say(open.length > 0 ? 'coverage.open' : 'coverage.whole', facts),
    ...open
      .toSorted((a, b) => Number(b.matters) - Number(a.matters))
      .flatMap((thing) => thingLines(thing.matters ? '✗' : '!', thing, words)),
    ...titled(words.say('coverage.unseen'), unseen, (thing) => thingLines('?', thing, words)),
    ...titled(words.say('coverage.next'), inState('next'), (thing) => thingLines('→', thing, words)),
    ...titled(words.say('coverage.accepted'), inState('accepted'), (thing) => thingLines('-', thing, words)),
    ...(withKept ? titled(words.say('coverage.kept'), inState('kept'), (thing) => thingLines('✓', thing, words)) : []),
    '',
    words.say('coverage.looked', { at: localTime(lookedAt) }),
    ...failedLines(failed, words),
    ...(open.length + unseen.length > 0 ? [words.say('coverage.how')] : []),
  ];
}

function titled(title: string, things: readonly CoveredThing[], of: (thing: CoveredThing) => string[]): string[] {
  return things.length === 0 ? [] : ['', title, ...things.flatMap(of)];
}

function thingLines(sign: string, thing: CoveredThing, words: Words): string[] {
  const { accepted, by, canBeKept, id } = thing;
  const why = (): string => {
    if (by !== null) return words.say('coverage.kept-by', { at: localTime(by.at) });
    if (thing.state !== 'accepted' || accepted === null) return coverageReasonText(thing, words.language);
    const at = localTime(accepted.at);
    if (accepted.reason === null) return words.say('coverage.accepted-on', { at });
    return words.say('coverage.accepted-because', { at, reason: accepted.reason });
  };
  const hint = thing.state === 'open' && canBeKept ? `  (${words.say('coverage.can-keep')})` : '';
  return [`${sign} ${coverageThingText(thing, words.language)}  ${why()}${hint}`, `    ${id}`];
}

function failedLines(failed: Coverage['failed'], words: Words): string[] {
  return failed === null ? [] : [words.say('coverage.failed', { at: localTime(failed.at), why: failed.code })];
}
