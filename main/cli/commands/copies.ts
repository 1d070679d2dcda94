import type { Command } from 'commander';
import { AppError } from '../../../shared/errors/app-error.ts';
import type { VerbOutput } from '../../../shared/ipc/engine-verbs.ts';
import { badArgument } from '../arguments/bad-argument.ts';
import { parseName, parsePercent } from '../arguments/values.ts';
import { countText, durationText, sizeText } from '../output/figures.ts';
import type { Finding } from '../output/report.ts';
import type { Picker, VerbRun } from '../verb-context.ts';
import { mark } from './shared-output.ts';

interface CopyFlags {
  readonly snapshot: string;
  readonly from?: string;
  readonly to?: string;
}

interface VerifyFlags {
  readonly read: string;
  readonly healFrom?: string;
}

type VerifyOutput = VerbOutput<'verify.run'>;

export function addCopies(program: Command, { words, pick }: Picker): void {
  program
    .command('copy')
    .description(words.say('help.copy'))
    .option('--snapshot <ID|all>', words.say('flag.copy-snapshot'), 'all')
    .option('--from <NAME>', words.say('flag.copy-from'))
    .option('--to <NAME>', words.say('flag.copy-to'))
    .action((flags: CopyFlags) => {
      pick(copy(flags));
    });
  program
    .command('verify')
    .description(words.say('help.verify'))
    .argument('<DESTINATION>', words.say('argument.destination'))
    .option('--read <all|PERCENT>', words.say('flag.read'), 'all')
    .option('--heal-from <NAME>', words.say('flag.heal-from'))
    .action((destination: string, flags: VerifyFlags) => {
      pick(verify(parseName(destination, 'DESTINATION'), flags));
    });
}

function copy(flags: CopyFlags): VerbRun {
  if (flags.from === undefined) throw badArgument('--from', 'missing');
  if (flags.to === undefined) throw badArgument('--to', 'missing');
  const input = { snapshot: flags.snapshot, from: parseName(flags.from, '--from'), to: parseName(flags.to, '--to') };
  return async (context) => {
    const { words } = context;
    await context.unlock();
    const output = await context.call('copy.run', input);
    const line = words.say('copy.done', {
      from: input.from,
      to: input.to,
      snapshots: countText(output.snapshots.length),
      objects: countText(output.objectsCopied),
      bytes: sizeText(output.bytesCopied),
      skipped: countText(output.objectsSkipped),
      time: durationText(output.durationMs, words),
    });
    return { json: output, lines: [line] };
  };
}

function verify(destination: string, flags: VerifyFlags): VerbRun {
  const readPercent = parsePercent(flags.read);
  const healFrom = flags.healFrom === undefined ? null : parseName(flags.healFrom, '--heal-from');
  return async (context) => {
    const { words } = context;
    await context.unlock();
    const output = await context.call('verify.run', { destination, readPercent, healFrom });
    const lines = [
      words.say('verify.done', {
        objects: countText(output.objects),
        read: countText(output.read),
        bytes: sizeText(output.bytesRead),
        snapshots: countText(output.snapshots),
        time: durationText(output.durationMs, words),
      }),
      ...output.damaged.map(
        ({ object, reason }) => `${mark(false)} ${words.say('verify.damaged')}  ${object}  ${reason}`,
      ),
      ...output.missing.map((object) => `${mark(false)} ${words.say('verify.missing')}  ${object}`),
      ...output.healed.map((object) => `${mark(true)} ${words.say('verify.healed')}  ${object}`),
    ];
    const finding = verifyFinding(output, destination);
    if (finding === undefined) lines.push(`${mark(true)} ${words.say('verify.sound', { destination })}`);
    return { json: output, lines, finding };
  };
}

/** What is still wrong with the copy after healing. */
export function verifyFinding({ damaged, missing, healed }: VerifyOutput, destination: string): Finding | undefined {
  const isWhole = new Set(healed);
  const damagedLeft = damaged.filter(({ object }) => !isWhole.has(object)).length;
  const missingLeft = missing.filter((object) => !isWhole.has(object)).length;
  if (damagedLeft + missingLeft === 0) return undefined;
  const code = damagedLeft > 0 ? 'repository.damaged' : 'repository.missing-object';
  return { error: new AppError(code, { destination, damaged: damagedLeft, missing: missingLeft }) };
}
