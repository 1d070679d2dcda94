import { resolve } from 'node:path';
import type { Command } from 'commander';
import { AppError } from '../../../shared/errors/app-error.ts';
import { shownText } from '../../../shared/model/shown-text.ts';
import type { Picker, VerbRun } from '../verb-context.ts';

interface DemoFlags {
  readonly keep?: true;
  readonly dir?: string;
}

export function addDemo(program: Command, { words, pick }: Picker): void {
  program
    .command('demo')
    .description(words.say('help.demo'))
    .option('--keep', words.say('flag.demo-keep'))
    .option('--dir <DIR>', words.say('flag.demo-dir'))
    .action((flags: DemoFlags) => {
      pick(demo(flags));
    });
}

function demo(flags: DemoFlags): VerbRun {
  return async ({ surroundings, words, signal, flags: globals }) => {
    const result = await surroundings.runDemo({
      ...(flags.dir === undefined ? {} : { dir: resolve(surroundings.cwd, flags.dir) }),
      keep: flags.keep === true,
      language: words.language,
      // The story is the result for a person; beside a JSON document it is only progress.
      write: (text) => {
        const line = shownText(text);
        if (globals.json === true) surroundings.errorStream.write(`${line}\n`);
        else surroundings.writeOut(`${line}\n`);
      },
      signal,
    });
    return {
      json: result,
      lines: [],
      finding: result.ok ? undefined : { error: new AppError('restore.digest-mismatch', { part: 'demo' }) },
    };
  };
}
