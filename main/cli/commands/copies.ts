import type { Command } from 'commander';
import { AppError } from '../../../shared/errors/app-error.ts';
import type { VerbOutput } from '../../../shared/ipc/engine-verbs.ts';
import { lostSnapshots, unreadObjects, verifyVerdict } from '../../../shared/model/verify-verdict.ts';
import { badArgument } from '../arguments/bad-argument.ts';
import { parseName, parseNames, parsePercent, parseRate } from '../arguments/values.ts';
import type { Words } from '../language.ts';
import { countText, durationText, sizeText } from '../output/figures.ts';
import { errorDocument, type Finding } from '../output/report.ts';
import type { Picker, VerbRun } from '../verb-context.ts';
import { brokenLogLines, knownCode, mark, proofText, unexplainedLines, unknownDeedLines } from './shared-output.ts';

interface CopyFlags {
  readonly snapshot: string;
  readonly from?: string;
  readonly to?: string;
  readonly maxRate?: string;
}

interface VerifyFlags {
  readonly read?: string;
  readonly due?: true;
  readonly maxRate?: string;
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
    .argument('[DESTINATION]', words.say('argument.destination'))
    .option('--read <all|PERCENT>', words.say('flag.read'))
    .option('--heal-from <NAME>', words.say('flag.heal-from'))
    .option('--due', words.say('flag.due'))
    .option('--max-rate <10Mbit>', words.say('flag.due-max-rate'))
    .action((destination: string | undefined, flags: VerifyFlags) => {
      pick(flags.due === true ? verifyDue(destination, flags) : verify(destination, flags));
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
        ({ destination, errorCode, facts = {} }) =>
          `${mark(false)} ${destination}  ${errorDocument({ code: knownCode(errorCode), facts }, words).message}`,
      ),
      ...output.copies.flatMap(({ destination, leftOut = 0 }) =>
        leftOut === 0 ? [] : [`- ${destination}  ${words.say('cold.left-out', { count: countText(leftOut) })}`],
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

function verify(name: string | undefined, flags: VerifyFlags): VerbRun {
  if (name === undefined) throw badArgument('DESTINATION', 'missing');
  if (flags.maxRate !== undefined) throw badArgument('--max-rate', 'not-together');
  const destination = parseName(name, 'DESTINATION');
  const readPercent = parsePercent(flags.read ?? 'all');
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
      ...output.missing.map((object) => `${mark(false)} ${missingLine(object, words)}`),
      ...brokenLogLines(output, destination, words),
      ...output.healed.map((object) => `${mark(true)} ${words.say('verify.healed')}  ${object}`),
      ...output.gone.map((snapshot) => `- ${words.say('verify.gone', { snapshot, destination })}`),
      ...unexplainedLines(output, destination, words),
      ...unknownDeedLines(output, words),
    ];
    const closing = closingLine(output, destination, words);
    return { json: output, lines: [...lines, ...closing], finding: verifyFinding(output, destination) };
  };
}

/** Says no more of the copy than was read of it. */
function closingLine(output: VerifyOutput, destination: string, words: Words): string[] {
  const verdict = verifyVerdict(output);
  if (verdict === 'broken') return [];
  if (verdict === 'empty') return [`- ${words.say('verify.empty', { destination })}`];
  const unread = unreadObjects(output);
  if (unread === 0) return [`${mark(true)} ${words.say('verify.sound', { destination })}`];
  const facts = { destination, read: countText(output.read), unread: countText(unread) };
  return [`- ${words.say('verify.sampled', facts)}`];
}

/** What is still wrong with the copy after healing: what was healed is in neither list. */
function verifyFinding(
  { damaged, missing }: Pick<VerifyOutput, 'damaged' | 'missing'>,
  destination: string,
): Finding | undefined {
  if (damaged.length + missing.length === 0) return undefined;
  const figures = { destination, damaged: damaged.length, missing: missing.length };
  const snapshots = lostSnapshots({ missing });
  if (snapshots > 0) return { error: new AppError('copy.snapshots-lost', { ...figures, snapshots }) };
  return { error: new AppError(damaged.length > 0 ? 'repository.damaged' : 'repository.missing-object', figures) };
}

function missingLine(object: string, words: Words): string {
  if (object.startsWith('streams/')) return `${words.say('verify.log-lost')}  ${object}`;
  if (object.startsWith('deeds/')) return `${words.say('verify.deed-lost')}  ${object}`;
  const isSnapshot = lostSnapshots({ missing: [object] }) > 0;
  return `${words.say(isSnapshot ? 'verify.lost' : 'verify.missing')}  ${object}`;
}

/** Today's share of one copy, or of all that can be reached: for cron. */
function verifyDue(name: string | undefined, flags: VerifyFlags): VerbRun {
  for (const [flag, value] of [
    ['--read', flags.read],
    ['--heal-from', flags.healFrom],
  ] as const)
    if (value !== undefined) throw badArgument(`--due ${flag}`, 'not-together');
  const destinations = name === undefined ? [] : [parseName(name, 'DESTINATION')];
  const maxBytesPerSecond = flags.maxRate === undefined ? null : parseRate(flags.maxRate);
  return async (context) => {
    const { words } = context;
    await context.unlock();
    const output = await context.call('verify.due', { destinations, maxBytesPerSecond });
    const lines = output.copies.flatMap(
      ({ destination, objects, read, bytesRead, damaged, missing, gone, brokenLogs, proof }) => [
        `${mark(damaged.length + missing.length === 0)} ${words.say('verify.due', {
          destination,
          read: countText(read),
          objects: countText(objects),
          bytes: sizeText(bytesRead),
        })}`,
        ...(proof === null ? [] : [`  ${proofText(proof, words)}`]),
        ...damaged.map(({ object, reason }) => `  ${mark(false)} ${words.say('verify.damaged')}  ${object}  ${reason}`),
        ...missing.map((object) => `  ${mark(false)} ${missingLine(object, words)}`),
        ...brokenLogLines({ brokenLogs }, destination, words).map((line) => `  ${line}`),
        ...gone.map((snapshot) => `  - ${words.say('verify.gone', { snapshot, destination })}`),
      ],
    );
    for (const { destination, errorCode } of output.unreachable)
      lines.push(`- ${destination}  ${errorDocument({ code: knownCode(errorCode), facts: {} }, words).message}`);
    for (const { destination, ok, errorCode, facts } of output.probes) {
      lines.push(`${mark(ok)} ${words.say(ok ? 'verify.probe-held' : 'verify.probe-failed', { destination })}`);
      if (!ok) lines.push(`  ${errorDocument({ code: knownCode(errorCode), facts }, words).message}`);
    }
    return { json: output, lines, finding: dueFinding(output) };
  };
}

/** Damage first; then a cloud that failed its live test, as what it failed with; then a copy that nobody has read for too long. */
export function dueFinding({ copies, probes, unproven }: VerbOutput<'verify.due'>): Finding | undefined {
  const broken = copies.find(({ damaged, missing }) => damaged.length + missing.length > 0);
  if (broken !== undefined) return verifyFinding(broken, broken.destination);
  const refused = probes.find(({ ok }) => !ok);
  if (refused !== undefined) {
    const { destination, errorCode, facts } = refused;
    return { error: new AppError(knownCode(errorCode), { ...facts, destination }) };
  }
  const [forgotten] = unproven;
  return forgotten === undefined ? undefined : { error: new AppError('copy.unproven', forgotten) };
}
