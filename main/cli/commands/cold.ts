import type { Command } from 'commander';
import { AppError } from '../../../shared/errors/app-error.ts';
import type { ColdDisk, ColdNoRoom, ColdRound } from '../../../shared/model/cold-disk.ts';
import { defaultColdSchedule } from '../../../shared/model/cold-schedule.ts';
import { badArgument } from '../arguments/bad-argument.ts';
import { oneOf, parseName } from '../arguments/values.ts';
import type { Words } from '../language.ts';
import { countText, localTime, sizeText } from '../output/figures.ts';
import type { Finding } from '../output/report.ts';
import { textTable } from '../output/text-table.ts';
import type { Picker, VerbRun } from '../verb-context.ts';
import { addRun } from './destination.ts';
import { addScheduleFlags, readScheduleFlags, scheduleFacts, type ScheduleFlags } from './schedule-flags.ts';
import { mark } from './shared-output.ts';

interface AddFlags extends ScheduleFlags {
  readonly disk: string;
  readonly role?: string;
  readonly place?: string;
}

interface RunFlags {
  readonly eject: boolean;
  readonly wait?: true;
}

/** Disks that travel: `cold NAME`, `cold add NAME`, `cold list`, `cold set NAME`. */
export function addCold(program: Command, { words, pick }: Picker): void {
  const group = program.command('cold').description(words.say('help.cold'));
  group
    .command('run', { isDefault: true })
    .description(words.say('help.cold-run'))
    .argument('<NAME>', words.say('argument.cold-disk'))
    .option('--no-eject', words.say('flag.no-eject'))
    .option('--wait', words.say('flag.wait'))
    .action((name: string, flags: RunFlags) => {
      pick(round(parseName(name, 'NAME'), flags));
    });
  group
    .command('list')
    .description(words.say('help.cold-list'))
    .action(() => {
      pick(list);
    });
  const add = group
    .command('add')
    .description(words.say('help.cold-add'))
    .argument('<NAME>', words.say('argument.cold-disk'))
    .requiredOption('--disk <DIR>', words.say('flag.disk'))
    .option('--role <cold|offsite>', words.say('flag.cold-role'))
    .option('--place <TEXT>', words.say('flag.place'));
  addScheduleFlags(add, words).action((name: string, flags: AddFlags) => {
    const role = oneOf(flags.role ?? 'cold', ['cold', 'offsite'], '--role');
    pick(addRun(parseName(name, 'NAME'), { ...flags, role }));
  });
  const change = group
    .command('set')
    .description(words.say('help.cold-set'))
    .argument('<NAME>', words.say('argument.cold-disk'));
  addScheduleFlags(change, words).action((name: string, flags: ScheduleFlags) => {
    pick(set(parseName(name, 'NAME'), flags));
  });
}

function round(name: string, { eject, wait }: RunFlags): VerbRun {
  return async (context) => {
    await context.unlock();
    const output = await context.call('cold.run', { name, eject, wait: wait === true });
    return { json: output, lines: roundLines(output, context.words), finding: roundFinding(output) };
  };
}

function roundLines(output: ColdRound, words: Words): string[] {
  const {
    destination,
    from,
    snapshots,
    objectsCopied,
    bytesCopied,
    leftOut,
    noRoom,
    verified,
    flushed,
    lost,
    rotten,
    eject,
    notes,
    next,
    nextDue,
  } = output;
  const facts = { name: destination, from, snapshots: countText(snapshots.length) };
  const isSound = verified.damaged + verified.missing === 0;
  const isDone = isSound && flushed !== false && (noRoom === null || noRoom.withoutNewest.length === 0);
  const day = dayText(next.name === destination ? nextDue : next.dueOn, words);
  const place = next.place === null ? '' : words.say('cold.in-place', { place: next.place });
  return [
    snapshots.length === 0
      ? words.say('cold.nothing-missing', facts)
      : words.say('cold.filled', { ...facts, objects: countText(objectsCopied), bytes: sizeText(bytesCopied) }),
    ...(leftOut > 0 ? [words.say('cold.left-out', { count: countText(leftOut) })] : []),
    ...(noRoom === null ? [] : noRoomLines(noRoom, destination, words)),
    ...(isSound
      ? [words.say('cold.read-back', { read: countText(verified.read), bytes: sizeText(verified.bytesRead) })]
      : []),
    ...(verified.healed > 0 ? [words.say('cold.healed', { count: countText(verified.healed) })] : []),
    ...(lost.length > 0 ? [words.say('cold.lost', { count: countText(lost.length), ids: shortIds(lost) })] : []),
    ...rotten.map(
      ({ destination: source, objects, snapshots: hit }) =>
        `${mark(false)} ${words.say('cold.rotten', {
          from: source,
          name: destination,
          objects: countText(objects),
          count: countText(hit.length),
          ids: shortIds(hit),
        })}`,
    ),
    ...notes.map((note) => words.wordFor('cold', `note-${note}`)),
    ...(flushed === false ? [words.say('cold.not-flushed')] : []),
    ...(isDone && eject !== 'ejected' ? [words.say('cold.written')] : []),
    ...(eject === 'ejected' ? [] : [words.say(`cold.eject-${eject}`)]),
    ...(isDone
      ? [
          `${mark(true)} ${
            next.name === destination
              ? words.say('cold.safe', { day })
              : words.say('cold.safe-next', { next: next.name, place, day })
          }`,
        ]
      : []),
  ];
}

/** What did not fit although it is not the newest of a shop; that would be a finding. */
function noRoomLines(noRoom: ColdNoRoom, name: string, words: Words): string[] {
  const newest = new Set(noRoom.withoutNewest);
  const old = noRoom.snapshots.filter((id) => !newest.has(id));
  const { neededBytes, usableBytes, removable, reclaimableBytes } = noRoom;
  const frees = removable !== null && removable > 0;
  const facts = { needed: sizeText(neededBytes), usable: sizeText(usableBytes) };
  return [
    ...(old.length > 0
      ? [words.say('cold.no-room', { ...facts, count: countText(old.length), ids: shortIds(old) })]
      : []),
    ...(frees
      ? [words.say('cold.no-room-frees', { name, count: countText(removable), bytes: sizeText(reclaimableBytes ?? 0) })]
      : []),
    words.say('cold.no-room-larger', { name, short: sizeText(shortBytes(noRoom)) }),
  ];
}

function shortBytes({ neededBytes, usableBytes }: ColdNoRoom): number {
  return Math.max(0, neededBytes - usableBytes);
}

const idsShown = 8;

function shortIds(ids: readonly string[]): string {
  const shown = ids.slice(0, idsShown).map((id) => id.slice(0, 8));
  return [...shown, ...(ids.length > idsShown ? ['…'] : [])].join(', ');
}

function roundFinding({
  verified: { damaged, missing },
  flushed,
  destination,
  noRoom,
  rotten,
}: ColdRound): Finding | undefined {
  if (damaged + missing === 0) {
    if (flushed === false) return { error: new AppError('disk.not-flushed', { name: destination }) };
    const count = noRoom?.withoutNewest.length ?? 0;
    if (noRoom === null || count === 0) return rottenFinding(rotten);
    return {
      error: new AppError('disk.no-room-for-all', { name: destination, count, short: sizeText(shortBytes(noRoom)) }),
    };
  }
  const code = damaged > 0 ? 'repository.damaged' : 'repository.missing-object';
  return { error: new AppError(code, { destination, damaged, missing }) };
}

/** The disk is done; the copy that it was filled from is not sound. */
function rottenFinding([first]: ColdRound['rotten']): Finding | undefined {
  if (first === undefined) return undefined;
  const { destination, objects } = first;
  return { error: new AppError('repository.damaged', { destination, damaged: objects }) };
}

const list: VerbRun = async (context) => {
  const { words } = context;
  await context.unlockIfAtHand();
  const output = await context.call('cold.list', {});
  const columns = (['disk', 'place', 'state', 'due', 'last-seen', 'last-completed', 'note'] as const).map((id) => ({
    title: words.say(`column.${id}`),
  }));
  const rows = output.disks.map((disk) => [
    disk.name,
    disk.place ?? '',
    stateText(disk, words),
    dayText(disk.dueOn, words),
    disk.presence === 'here' ? words.say('cold-presence.here') : timeText(disk.lastSeenAt),
    timeText(disk.lastCompletedAt),
    noteText(disk, words),
  ]);
  return { json: output, lines: rows.length === 0 ? [words.say('cold.none')] : textTable(columns, rows) };
};

function set(name: string, flags: ScheduleFlags): VerbRun {
  const changes = readScheduleFlags(flags);
  if (Object.keys(changes).length === 0) throw badArgument('--every --weekday --auto', 'one-of');
  return async (context) => {
    const { words } = context;
    await context.unlockIfAtHand();
    const { disks } = await context.call('cold.list', {});
    const known = disks.find((disk) => disk.name === name)?.schedule ?? defaultColdSchedule;
    const output = await context.call('cold.set', { name, schedule: { ...known, ...changes } });
    const facts = { name, ...scheduleFacts(output.disk.schedule, words), day: dayText(output.disk.dueOn, words) };
    return { json: output, lines: [words.say('cold-set.done', facts)] };
  };
}

/** `Friday (2026-11-27)` */
function dayText(day: string, words: Words): string {
  const weekday = words.wordFor('weekday', String(new Date(`${day}T00:00:00Z`).getUTCDay()));
  return words.say('day.named', { weekday, day });
}

function stateText({ state, presence, overdueDays }: ColdDisk, words: Words): string {
  // Nobody could look: it may be in its drawer, or in here and dying.
  if (state === 'resting' && presence === 'unknown') return words.say('cold-presence.unknown');
  const word = words.wordFor('cold-state', state);
  return overdueDays === 0 ? word : `${word}  ${words.say('cold.overdue', { days: overdueDays })}`;
}

function timeText(at: string | null): string {
  return at === null ? '' : localTime(at);
}

function noteText({ notes, presence, hasLeft, lastCompletedAt }: ColdDisk, words: Words): string {
  const neverLeft = presence === 'here' && !hasLeft && lastCompletedAt !== null ? [words.say('cold.never-left')] : [];
  return [...notes.map((note) => words.wordFor('cold', `note-${note}`)), ...neverLeft].join('  ');
}
