import type { Command } from 'commander';
import { AppError } from '../../../shared/errors/app-error.ts';
import type { VerbOutput } from '../../../shared/ipc/engine-verbs.ts';
import { badArgument } from '../arguments/bad-argument.ts';
import { parseName, parseNames, parsePercent, parseRate } from '../arguments/values.ts';
import { countText, durationText, sizeText } from '../output/figures.ts';
import { errorDocument, type Finding } from '../output/report.ts';
import type { Picker, VerbRun } from '../verb-context.ts';
import { knownCode, mark } from './shared-output.ts';

interface CopyFlags {
  readonly snapshot: string;
  readonly from?: string;
  readonly to?: string;
  readonly maxRate?: string;
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
    .option('--snapshot <ID|latest|all>', words.say('flag.copy-snapshot'), 'all')
    .option('--from <NAME>', words.say('flag.copy-from'))
    .option('--to <NAME,…>', words.say('flag.copy-to'))
    .option('--max-rate <10Mbit>', words.say('flag.copy-max-rate'))
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
  const from = parseName(flags.from, '--from');
  const to = parseNames(flags.to, '--to');
  if (to.length === 0) throw badArgument('--to', 'missing');
  const maxBytesPerSecond = flags.maxRate === undefined ? null : parseRate(flags.maxRate);
  return async (context) => {
    const { words } = context;
    await context.unlock();
    const output = await context.call('copy.run', { snapshot: flags.snapshot, from, to, maxBytesPerSecond });
    const line = words.say('copy.done', {
      from,
      to: output.copies.flatMap(({ ok, destination }) => (ok ? [destination] : [])).join(', '),
      snapshots: countText(output.snapshots.length),
      objects: countText(output.objectsCopied),
      bytes: sizeText(output.bytesCopied),
      skipped: countText(output.objectsSkipped),
      time: durationText(output.durationMs, words),
    });
    const failed = output.copies.filter(({ ok }) => !ok);
    const lines = [
      line,
      ...failed.map(
        ({ destination, errorCode }) =>
          `${mark(false)} ${destination}  ${errorDocument({ code: knownCode(errorCode), facts: {} }, words).message}`,
      ),
      ...output.findings.map(
        ({ destination, object, reason, healed }) =>
          `${mark(healed)} ${words.say(healed ? 'copy.healed' : 'copy.damaged', { destination })}  ${object}  ${reason}`,
      ),
    ];
    return { json: output, lines, finding: copyFinding(output) };
  };
}

/** First what did not arrive, then what is wrong with a copy that was read from. */
export function copyFinding({ copies, findings }: VerbOutput<'copy.run'>): Finding | undefined {
  const failed = copies.filter(({ ok }) => !ok).map(({ destination }) => destination);
  if (failed.length > 0) return { error: new AppError('copy.incomplete', { destinations: failed.join(', ') }) };
  const broken = findings.filter(({ healed }) => !healed);
  const [first] = broken;
  if (first === undefined) return undefined;
  return {
    error: new AppError('repository.damaged', {
      object: first.object,
      reason: first.reason,
      destination: first.destination,
      damaged: broken.length,
    }),
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
