import { resolve } from 'node:path';
import type { Command } from 'commander';
import { AppError } from '../../../shared/errors/app-error.ts';
import { padEnd } from '../output/text-table.ts';
import { needSecret } from '../secrets.ts';
import type { Picker, VaultFlags, VerbRun } from '../verb-context.ts';

interface InitFlags extends VaultFlags {
  readonly kit?: string;
}

export function addInit(program: Command, { words, pick }: Picker): void {
  program
    .command('init')
    .description(words.say('help.init'))
    .option('--vault-passphrase-env <NAME>', words.say('flag.vault-passphrase-env'))
    .option('--vault-passphrase-file <PATH>', words.say('flag.vault-passphrase-file'))
    .option('--kit <DIR>', words.say('flag.kit'))
    .action((flags: InitFlags) => {
      pick(init(flags));
    });
}

function init(flags: InitFlags): VerbRun {
  return async (context) => {
    const { surroundings, words } = context;
    const { initialised } = await context.call('home.status', {});
    if (initialised) throw new AppError('home.already-initialised');
    const passphrase = await needSecret('passphrase', await context.passphraseSources('twice'), surroundings, words);
    const vaultSources = await context.vaultSources(flags, 'twice');
    const vaultPassphrase = await needSecret('vault-passphrase', vaultSources, surroundings, words);

    const output = await context.call('home.init', {
      passphrase,
      vaultPassphrase,
      kitDir: flags.kit === undefined ? null : resolve(surroundings.cwd, flags.kit),
      language: words.language,
    });
    await (
      await context.engine()
    ).rememberEnvNames({
      ...(context.flags.passphraseEnv === undefined ? {} : { passphrase: context.flags.passphraseEnv }),
      ...(flags.vaultPassphraseEnv === undefined ? {} : { vault: flags.vaultPassphraseEnv }),
    });

    const lines = [words.say('init.done', { id: output.repositoryId })];
    if (output.kitFiles.length > 0)
      lines.push('', words.say('init.kit'), ...output.kitFiles.map((file) => `  ${file}`));
    if (output.words !== null) {
      lines.push('', words.say('init.words-once'));
      lines.push('', words.say('init.main-words'), ...wordGrid(output.words.main));
      lines.push('', words.say('init.vault-words'), ...wordGrid(output.words.vault));
    }
    lines.push('', words.say('init.next'));
    return { json: output, lines };
  };
}

/** 24 numbered words in rows of four. */
export function wordGrid(list: readonly string[]): string[] {
  const cells = list.map((word, at) => padEnd(`${String(at + 1).padStart(2)}. ${word}`, 16));
  return Array.from({ length: Math.ceil(cells.length / 4) }, (_, row) =>
    `  ${cells.slice(row * 4, row * 4 + 4).join('')}`.trimEnd(),
  );
}
