import { resolve } from 'node:path';
import { AppError, toAppError } from '../../shared/errors/app-error.ts';
import { shownLine, shownText } from '../../shared/model/shown-text.ts';
import { isLanguage, languageOf, wordsIn, type Words } from './language.ts';
import { progressLine } from './output/progress-line.ts';
import { printFailure, printFinished, type Finished, type Printed } from './output/report.ts';
import { parseArguments } from './program.ts';
import type { CliSurroundings } from './surroundings.ts';
import { endOf, VerbContext, type GlobalFlags, type VerbRun } from './verb-context.ts';

/** One command from its arguments to its exit code. Writes its result once, at the end; never rejects. */
export async function runCli(argv: readonly string[], surroundings: CliSurroundings): Promise<number> {
  const words = wordsIn(languageOf(argv, surroundings.env, surroundings.systemLocale));
  const asJson = argv.includes('--json');
  const { out, err, exitCode } = await outcomeOf(argv, asJson, words, surroundings);
  if (err !== '') surroundings.errorStream.write(err);
  if (out !== '') surroundings.writeOut(out);
  return exitCode;
}

async function outcomeOf(
  argv: readonly string[],
  asJson: boolean,
  words: Words,
  surroundings: CliSurroundings,
): Promise<Printed> {
  const controller = new AbortController();
  try {
    const parsed = parseArguments(argv, words, surroundings.version, surroundings.columns);
    if (parsed.kind === 'text') return printText(parsed.text, asJson);
    if (parsed.flags.lang !== undefined && !isLanguage(parsed.flags.lang)) {
      throw new AppError('usage.bad-argument', { argument: '--lang', reason: 'not-a-choice' });
    }
    const finished = await runVerb(parsed.run, parsed.flags, words, surroundings, controller);
    return printFinished(finished, asJson, words);
  } catch (error) {
    const known = endOf(error, controller.signal);
    if (known.code === 'unexpected' && surroundings.env['SHOUHU_DEBUG'] === '1') showCause(known, surroundings);
    return printFailure(known, asJson, words);
  }
}

async function runVerb(
  run: VerbRun,
  flags: GlobalFlags,
  words: Words,
  surroundings: CliSurroundings,
  controller: AbortController,
): Promise<Finished> {
  const progress = progressLine(surroundings, words);
  const context = new VerbContext(surroundings, flags, words, controller.signal, async () =>
    surroundings.openEngine({
      homeDir: await homeDirOf(flags, surroundings),
      language: words.language,
      onProgress: (report) => progress.show(report),
      onDisk: ({ destination, state }) => {
        progress.stop();
        surroundings.errorStream.write(`${shownLine(words.say(`cold.${state}`, { name: destination }))}\n`);
      },
    }),
  );
  const stopListening = surroundings.onInterrupt(() => {
    if (controller.signal.aborted) surroundings.exitNow(130);
    progress.stop();
    surroundings.errorStream.write(`${words.say('interrupt.first')}\n`);
    controller.abort();
  });
  const crash = Promise.withResolvers<never>();
  const stopCrashes = surroundings.onCrash((error) =>
    crash.reject(error instanceof Error ? error : new Error('crash')),
  );
  try {
    return await Promise.race([run(context), crash.promise]);
  } finally {
    progress.stop();
    await context.close().catch((error: unknown) => showCause(toAppError(error), surroundings)); // the result stands
    stopCrashes();
    stopListening();
  }
}

async function homeDirOf(flags: GlobalFlags, surroundings: CliSurroundings): Promise<string> {
  const named = flags.home ?? surroundings.env['SHOUHU_HOME'];
  return named === undefined || named === '' ? surroundings.defaultHomeDir() : resolve(surroundings.cwd, named);
}

function printText(text: string, asJson: boolean): Printed {
  return { out: asJson ? `${JSON.stringify({ ok: true, text })}\n` : shownText(text), err: '', exitCode: 0 };
}

/** For whoever looks into a bug: the error nobody expected, with where it came from. */
function showCause({ cause }: AppError, { errorStream }: CliSurroundings): void {
  if (cause instanceof Error) errorStream.write(`${shownText(cause.stack ?? cause.message)}\n`);
}
