import { resolve } from 'node:path';
import type { Command } from 'commander';
import { cloudVerdict } from '../../../shared/i18n/cloud-sentences.ts';
import { maxLockDays } from '../../../shared/model/cloud-providers.ts';
import { defaultColdSchedule } from '../../../shared/model/cold-schedule.ts';
import { defaultRetention } from '../../../shared/model/retention.ts';
import type { TestStep } from '../../../shared/model/source.ts';
import { badArgument } from '../arguments/bad-argument.ts';
import { oneOf, parseName, parseRate } from '../arguments/values.ts';
import type { Words } from '../language.ts';
import { localTime, sizeText } from '../output/figures.ts';
import { textTable } from '../output/text-table.ts';
import type { Picker, VerbRun } from '../verb-context.ts';
import { addBucketFlags, readBucket, readBucketKeys, type BucketFlags } from './flags.ts';
import { addKeepFlags, readKeepFlags, type KeepFlags } from './prune.ts';
import { addScheduleFlags, readScheduleFlags, scheduleFacts, type ScheduleFlags } from './schedule-flags.ts';
import { failedStep, stepLines } from './shared-output.ts';

export interface AddFlags extends BucketFlags, ScheduleFlags {
  readonly disk?: string;
  readonly role?: string;
  readonly place?: string;
  readonly objectLock?: string;
}

interface SetFlags extends KeepFlags {
  readonly pin?: readonly string[];
  readonly unpin?: readonly string[];
  readonly maxRate?: string;
  readonly objectLock?: string;
}

const diskRoles = ['main', 'second-disk', 'cold', 'offsite'] as const;

export function addDestination(program: Command, { words, pick }: Picker): void {
  const group = program.command('destination').description(words.say('help.destination'));
  const add = group
    .command('add')
    .description(words.say('help.destination-add'))
    .argument('<NAME>', words.say('argument.destination'))
    .option('--disk <DIR>', words.say('flag.disk'))
    .option('--role <main|second-disk|cold|offsite>', words.say('flag.role'))
    .option('--place <TEXT>', words.say('flag.place'));
  addScheduleFlags(addBucketFlags(add, words), words)
    .option('--object-lock <DAYS>', words.say('flag.object-lock'))
    .action((name: string, flags: AddFlags) => {
      pick(addRun(parseName(name, 'NAME'), flags));
    });
  group
    .command('list')
    .description(words.say('help.destination-list'))
    .action(() => {
      pick(list);
    });
  group
    .command('test')
    .description(words.say('help.destination-test'))
    .argument('<NAME>', words.say('argument.destination'))
    .action((name: string) => {
      pick(test(parseName(name, 'NAME')));
    });
  const change = group
    .command('set')
    .description(words.say('help.destination-set'))
    .argument('<NAME>', words.say('argument.destination'));
  addKeepFlags(change, words)
    .option('--pin <SNAPSHOT...>', words.say('flag.pin'))
    .option('--unpin <SNAPSHOT...>', words.say('flag.unpin'))
    .option('--max-rate <4Mbit|none>', words.say('flag.destination-max-rate'))
    .option('--object-lock <DAYS>', words.say('flag.object-lock'))
    .action((name: string, flags: SetFlags) => {
      pick(set(parseName(name, 'NAME'), flags));
    });
  group
    .command('remove')
    .description(words.say('help.destination-remove'))
    .argument('<NAME>', words.say('argument.destination'))
    .action((name: string) => {
      pick(remove(parseName(name, 'NAME')));
    });
}

export function addRun(name: string, flags: AddFlags): VerbRun {
  if (flags.disk !== undefined && flags.s3 !== undefined) throw badArgument('--disk --s3', 'not-together');
  if (flags.disk === undefined && flags.s3 === undefined) throw badArgument('--disk --s3', 'one-of');
  const { disk } = flags;
  const place = flags.place ?? null;
  const role = oneOf(flags.role ?? 'main', diskRoles, '--role');
  const bucket = disk === undefined ? readBucket(flags) : null;
  if (bucket !== null && flags.role !== undefined) throw badArgument('--s3 --role', 'not-together');
  if (disk !== undefined && flags.objectLock !== undefined) throw badArgument('--disk --object-lock', 'not-together');
  const schedule = readScheduleFlags(flags);
  const isTravelling = disk !== undefined && (role === 'cold' || role === 'offsite');
  const asksForDays = Object.keys(schedule).length > 0;
  if (asksForDays && !isTravelling) throw badArgument('--every --weekday --auto', 'not-for-this-role');
  const cold = asksForDays ? { cold: { ...defaultColdSchedule, ...schedule } } : {};
  const lock = flags.objectLock === undefined ? {} : { lockDays: parseLockDays(flags.objectLock) };

  return async (context) => {
    const { surroundings, words } = context;
    await context.unlock();
    const output = await context.call(
      'destination.add',
      bucket === null
        ? { kind: 'disk', name, place, role, path: resolve(surroundings.cwd, disk ?? ''), ...cold }
        : { kind: 's3', name, place, ...bucket, ...lock, ...(await readBucketKeys(flags, context)) },
    );
    const lines = [
      ...stepLines(output.steps, words),
      '',
      ...verdictLines(output.steps, words),
      words.say('destination.added', { name: output.destination.name, where: output.destination.where }),
      ...(isTravelling
        ? [words.say('cold-add.next', { name, ...scheduleFacts({ ...defaultColdSchedule, ...schedule }, words) })]
        : []),
    ];
    return { json: output, lines, finding: failedStep(output.steps) };
  };
}

const list: VerbRun = async (context) => {
  const { words } = context;
  await context.unlockIfAtHand();
  const output = await context.call('destination.list', {});
  const rows = output.destinations.map((destination) => [
    destination.name,
    words.wordFor('role', destination.role),
    destination.where,
    destination.place ?? '',
    localTime(destination.addedAt),
    destination.hasCredentials ? '' : words.say('credentials.missing'),
    destination.proof == null
      ? words.say('proof.unknown')
      : `${String(Math.floor(destination.proof.provenShare * 1000) / 10)} %`,
  ]);
  const columns = (['name', 'role', 'where', 'place', 'added', 'note', 'proven'] as const).map((id) => ({
    title: words.say(`column.${id}`),
  }));
  return { json: output, lines: rows.length === 0 ? [words.say('destination.none')] : textTable(columns, rows) };
};

function test(name: string): VerbRun {
  return async (context) => {
    const { words } = context;
    await context.unlock();
    const output = await context.call('destination.test', { name });
    return {
      json: output,
      lines: [...stepLines(output.steps, words), ...verdictLines(output.steps, words)],
      finding: failedStep(output.steps),
    };
  };
}

function set(name: string, flags: SetFlags): VerbRun {
  const retention = readKeepFlags(flags);
  const [pin, unpin] = [[...(flags.pin ?? [])], [...(flags.unpin ?? [])]];
  for (const snapshot of [...pin, ...unpin])
    if (!/^[0-9a-f-]{8,36}$/i.test(snapshot)) throw badArgument('--pin', 'not-a-snapshot');
  const { maxRate } = flags;
  const limit = maxRate === undefined ? {} : { maxBytesPerSecond: maxRate === 'none' ? null : parseRate(maxRate) };
  const keeps = Object.keys(retention).length + pin.length + unpin.length > 0;
  const lock = flags.objectLock === undefined ? {} : { lockDays: parseLockDays(flags.objectLock) };
  if (!keeps && maxRate === undefined && flags.objectLock === undefined) throw badArgument('--keep-daily', 'missing');
  return async (context) => {
    const { words } = context;
    // The keys of a bucket are sealed, and its lock is tried there.
    await (flags.objectLock === undefined ? context.unlockIfAtHand() : context.unlock());
    const output = await context.call('destination.set', { name, retention, pin, unpin, ...limit, ...lock });
    const { keepAll, keepDaily, keepWeekly, keepMonthly } = output.destination.retention ?? defaultRetention;
    const pinned = output.destination.pinned?.length ?? 0;
    const line = keepAll
      ? words.say('destination.keeps-all', { name, pinned })
      : words.say('destination.keeps', {
          name,
          pinned,
          daily: keepDaily,
          weekly: keepWeekly,
          monthly: keepMonthly,
        });
    const { maxBytesPerSecond } = output.destination;
    const rate =
      maxBytesPerSecond === undefined
        ? words.say('destination.set-no-rate', { name })
        : words.say('destination.set-rate', { name, rate: sizeText(maxBytesPerSecond) });
    const { steps, destination } = output;
    const lockLines =
      steps === undefined
        ? []
        : [
            ...stepLines(steps, words),
            '',
            ...verdictLines(steps, words),
            words.say('destination.locked', { name, days: destination.lockDays ?? 0 }),
          ];
    return { json: output, lines: [...lockLines, ...(keeps ? [line] : []), ...(maxRate === undefined ? [] : [rate])] };
  };
}

function verdictLines(steps: readonly TestStep[], words: Words): string[] {
  const verdict = cloudVerdict(steps, words.language);
  return verdict === '' ? [] : [verdict];
}

function parseLockDays(text: string): number {
  const days = Number(text);
  if (!/^\d{1,3}$/.test(text) || days < 1 || days > maxLockDays) throw badArgument('--object-lock', 'not-lock-days');
  return days;
}

function remove(name: string): VerbRun {
  return async (context) => {
    await context.unlockIfAtHand();
    const output = await context.call('destination.remove', { name });
    return { json: output, lines: [context.words.say('destination.removed', { name: output.removed })] };
  };
}
