import { Command, CommanderError, Help } from 'commander';
import { AppError } from '../../shared/errors/app-error.ts';
import { addBackup } from './commands/backup.ts';
import { addCards } from './commands/cards.ts';
import { addCheckup } from './commands/checkup.ts';
import { addCold } from './commands/cold.ts';
import { addCopies } from './commands/copies.ts';
import { addCoverage } from './commands/coverage.ts';
import { addDemo } from './commands/demo.ts';
import { addDestination } from './commands/destination.ts';
import { addExport } from './commands/export.ts';
import { addFiles } from './commands/files.ts';
import { addInit } from './commands/init.ts';
import { addKeys } from './commands/keys.ts';
import { addLater } from './commands/later.ts';
import { addPrune } from './commands/prune.ts';
import { addRecover } from './commands/recover.ts';
import { addRestore } from './commands/restore.ts';
import { addLedgers } from './commands/ledgers.ts';
import { addSnapshots } from './commands/snapshots.ts';
import { addSettings } from './commands/settings.ts';
import { addSource } from './commands/source.ts';
import { addStream } from './commands/stream.ts';
import { addSwap } from './commands/swap.ts';
import type { Words } from './language.ts';
import { displayWidth } from './output/text-table.ts';
import type { GlobalFlags, Picker, VerbRun } from './verb-context.ts';

/** What the arguments ask for: a run, or a text such as the help. */
export type Parsed =
  | { readonly kind: 'run'; readonly run: VerbRun; readonly flags: GlobalFlags }
  | { readonly kind: 'text'; readonly text: string };

/** Understands the arguments without doing anything yet. Throws `usage.bad-argument` and `feature.not-yet`. */
export function parseArguments(argv: readonly string[], words: Words, version: string, columns: number): Parsed {
  let picked: VerbRun | undefined;
  let text = '';
  const program = buildProgram({ words, pick: (run) => (picked = run) }, version, columns, (part) => (text += part));
  try {
    program.parse([...argv], { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return { kind: 'text', text };
    throw usageError(error);
  }
  if (picked === undefined) throw new AppError('usage.bad-argument', { argument: 'shouhu', reason: 'no-command' });
  return { kind: 'run', run: picked, flags: program.opts<GlobalFlags>() };
}

function buildProgram(picker: Picker, version: string, columns: number, print: (text: string) => void): Command {
  const { words } = picker;
  const program = new Command('shouhu')
    .description(words.say('help.program'))
    .version(version, '-V, --version', words.say('flag.version'))
    .option('--home <DIR>', words.say('flag.home'))
    .option('--json', words.say('flag.json'))
    .option('--lang <zh|en>', words.say('flag.lang'))
    .option('--passphrase-env <NAME>', words.say('flag.passphrase-env'))
    .option('--passphrase-file <PATH>', words.say('flag.passphrase-file'))
    .option('--words-file <PATH>', words.say('flag.words-file'));
  addInit(program, picker);
  addSource(program, picker);
  addDestination(program, picker);
  addBackup(program, picker);
  addSnapshots(program, picker);
  addLedgers(program, picker);
  addCopies(program, picker);
  addStream(program, picker);
  addPrune(program, picker);
  addCold(program, picker);
  addRestore(program, picker);
  addCards(program, picker);
  addSwap(program, picker);
  addRecover(program, picker);
  addExport(program, picker);
  addFiles(program, picker);
  addSettings(program, picker);
  addCoverage(program, picker);
  addCheckup(program, picker);
  addKeys(program, picker);
  addDemo(program, picker);
  addLater(program, picker);
  speak(program, words, columns, print);
  return program;
}

/** Help in the person's language, errors as exceptions, nothing written by commander itself. */
function speak(command: Command, words: Words, columns: number, print: (text: string) => void): void {
  command
    .exitOverride()
    .helpOption('-h, --help', words.say('flag.help'))
    .helpCommand(false)
    .configureOutput({ writeOut: print, writeErr: () => undefined, getOutHelpWidth: () => Math.max(columns, 60) })
    .configureHelp({
      showGlobalOptions: true,
      displayWidth,
      styleTitle: (title) => words.wordFor('title', title),
      subcommandTerm: (one) => new Help().subcommandTerm(one).replace(' [options]', ''),
    });
  for (const one of command.commands) speak(one, words, columns, print);
}

const reasonOf: Readonly<Record<string, string>> = {
  'commander.unknownOption': 'unknown-option',
  'commander.unknownCommand': 'unknown-command',
  'commander.missingArgument': 'missing',
  'commander.optionMissingArgument': 'no-value',
  'commander.excessArguments': 'too-many',
  'commander.help': 'no-command',
};

/** Commander's refusal as our error; it names the culprit between quotes. */
function usageError(error: CommanderError): AppError {
  const argument = /'([^']*)'/.exec(error.message)?.[1]?.split(' ')[0] ?? 'shouhu';
  const reason = reasonOf[error.code] ?? 'not-a-choice';
  return new AppError('usage.bad-argument', { argument, reason }, { cause: error });
}
