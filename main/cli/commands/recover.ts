import { resolve } from 'node:path';
import type { Command } from 'commander';
import type { VerbInput } from '../../../shared/ipc/engine-verbs.ts';
import { badArgument } from '../arguments/bad-argument.ts';
import { countText, durationText, localTime } from '../output/figures.ts';
import { findSecret } from '../secrets.ts';
import { AppError } from '../../../shared/errors/app-error.ts';
import type { Picker, VerbContext, VerbRun } from '../verb-context.ts';
import { addBucketFlags, readBucket, readBucketKeys, type BucketFlags } from './flags.ts';
import { unexplainedLines } from './shared-output.ts';

interface RecoverFlags extends BucketFlags {
  readonly from?: string;
}

type RecoverySecret = VerbInput<'recover.run'>['secret'];

export function addRecover(program: Command, { words, pick }: Picker): void {
  const command = program
    .command('recover')
    .description(words.say('help.recover'))
    .option('--from <DIR>', words.say('flag.recover-from'));
  addBucketFlags(command, words).action((flags: RecoverFlags) => {
    pick(recover(flags));
  });
}

function recover(flags: RecoverFlags): VerbRun {
  if (flags.from !== undefined && flags.s3 !== undefined) throw badArgument('--from --s3', 'not-together');
  if (flags.from === undefined && flags.s3 === undefined) throw badArgument('--from --s3', 'one-of');
  const { from } = flags;
  const bucket = from === undefined ? readBucket(flags) : null;
  return async (context) => {
    const { surroundings, words } = context;
    const output = await context.call('recover.run', {
      from:
        bucket === null
          ? { kind: 'disk', path: resolve(surroundings.cwd, from ?? '') }
          : { kind: 's3', ...bucket, ...(await readBucketKeys(flags, context)) },
      secret: await readSecret(context),
    });
    const { passphraseEnv } = context.flags;
    if (passphraseEnv !== undefined) await (await context.engine()).rememberEnvNames({ passphrase: passphraseEnv });
    const lines = [
      words.say('recover.done', {
        sources: output.sources.join(', '),
        snapshots: countText(output.snapshots),
        time: durationText(output.durationMs, words),
      }),
      words.say('recover.destination', { destination: output.destination }),
      ...(output.lockedUntil === undefined
        ? []
        : [words.say('recover.lock', { destination: output.destination, until: localTime(output.lockedUntil) })]),
      ...unexplainedLines(output, output.destination, words),
      words.say('recover.next'),
    ];
    return { json: output, lines };
  };
}

/** The words of the kit or the passphrase. On a terminal one question takes either: 24 words look like nothing else. */
async function readSecret(context: VerbContext): Promise<RecoverySecret> {
  const { surroundings, words } = context;
  const fromFile = await context.recoveryWords();
  if (fromFile !== undefined) return { kind: 'words', words: fromFile };
  const passphrase = await findSecret('passphrase', await context.passphraseSources('never'), surroundings, words);
  if (passphrase !== undefined) return { kind: 'passphrase', passphrase };
  if (!surroundings.isInputTty) throw new AppError('usage.secret-missing', { what: 'words' });
  const typed = (await surroundings.ask(words.say('ask.words'), { hidden: true })).trim();
  if (typed === '') throw new AppError('usage.secret-missing', { what: 'words' });
  return looksLikeWords(typed) ? { kind: 'words', words: typed } : { kind: 'passphrase', passphrase: typed };
}

/** Twenty or more English words, or as many Chinese characters and nothing else. */
export function looksLikeWords(text: string): boolean {
  const parts = text.split(/\s+/);
  return (
    (parts.length >= 20 && parts.every((part) => /^[a-z]+$/i.test(part))) || /^(?:\p{Script=Han}\s*){20,}$/u.test(text)
  );
}
