import type { Command } from 'commander';
import { AppError } from '../../../shared/errors/app-error.ts';
import type { VerbOutput } from '../../../shared/ipc/engine-verbs.ts';
import type { CardsOfTable } from '../../../shared/model/cards.ts';
import { badArgument } from '../arguments/bad-argument.ts';
import { parseName } from '../arguments/values.ts';
import type { Words } from '../language.ts';
import { countText, durationText, shortId } from '../output/figures.ts';
import type { Picker, VerbRun } from '../verb-context.ts';
import { addVaultFlags, needVaultWithReason, type OpenVaultFlags } from './flags.ts';
import { noteLine } from './restore.ts';

interface CardsFlags extends OpenVaultFlags {
  readonly from?: string;
}

export function addCards(program: Command, { words, pick }: Picker): void {
  const command = program
    .command('cards')
    .description(words.say('help.cards'))
    .argument('<RESTORE>', words.say('argument.restore'))
    .option('--from <NAME>', words.say('flag.from'));
  addVaultFlags(command, words).action((restore: string, flags: CardsFlags) => {
    pick(cards(restore, flags));
  });
}

function cards(restore: string, flags: CardsFlags): VerbRun {
  // A remembered passphrase is not a wish.
  if (flags.openVault !== true) throw badArgument('--open-vault', 'missing');
  const from = flags.from === undefined ? null : parseName(flags.from, '--from');
  return async (context) => {
    await context.unlock();
    const vault = await needVaultWithReason(flags, context);
    const output = await context.call('restore.addCards', { restore, vault, from });
    const error = new AppError('cards.incomplete', { restore: shortId(output.restore.id) });
    return { json: output, lines: lines(output, context.words), finding: output.complete ? undefined : { error } };
  };
}

function lines(output: VerbOutput<'restore.addCards'>, words: Words): string[] {
  const { tables, complete, durationMs, notes } = output;
  const filled = countText(tables.reduce((sum, table) => sum + table.filled, 0));
  return [
    words.say(complete ? 'cards.done' : 'cards.partly', { filled, time: durationText(durationMs, words) }),
    ...tables.flatMap((table) => tableLines(table, words)).map((line) => `· ${line}`),
    ...notes.map((note) => noteLine(note, words)),
  ];
}

function tableLines(of: CardsOfTable, words: Words): string[] {
  const { table, left } = of;
  if (left !== null) return [words.say(`cards.left.${left}`, { table })];
  const figures = { table, rows: countText(of.rows), filled: countText(of.filled), same: countText(of.same) };
  const told = (['changed', 'gone', 'waiting'] as const).filter((what) => of[what] > 0);
  return [
    words.say('cards.table', figures),
    ...told.map((what) => words.say(`cards.${what}`, { table, count: countText(of[what]) })),
  ];
}
