import type { Command } from 'commander';
import type { ColdSchedule } from '../../../shared/model/cold-schedule.ts';
import { badArgument } from '../arguments/bad-argument.ts';
import { oneOf } from '../arguments/values.ts';
import type { Words } from '../language.ts';

export interface ScheduleFlags {
  readonly every?: string;
  readonly weekday?: string;
  readonly auto?: string;
}

/** When a disk that travels comes home: where it is enrolled, and where its days are changed. */
export function addScheduleFlags(command: Command, words: Words): Command {
  return command
    .option('--every <DAYS>', words.say('flag.every'))
    .option('--weekday <DAY>', words.say('flag.weekday'))
    .option('--auto <on|off>', words.say('flag.auto'));
}

/** Only the fields that were asked for. */
export function readScheduleFlags({ every, weekday, auto }: ScheduleFlags): Partial<ColdSchedule> {
  return {
    ...(every === undefined ? {} : { everyDays: parseDays(every) }),
    ...(weekday === undefined ? {} : { weekday: parseWeekday(weekday) }),
    ...(auto === undefined ? {} : { autoRun: oneOf(auto, ['on', 'off'], '--auto') === 'on' }),
  };
}

/** `days` and `weekday` of the sentences that name a rhythm. */
export function scheduleFacts(
  { everyDays, weekday }: ColdSchedule,
  words: Words,
): { readonly days: number; readonly weekday: string } {
  const named = weekday === null ? '' : words.wordFor('weekday', `${weekday}`);
  return { days: everyDays, weekday: named === '' ? '' : words.say('cold-set.weekday', { weekday: named }) };
}

const weekdays = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] as const;

function parseWeekday(text: string): number | null {
  const chosen = oneOf(text.toLowerCase(), [...weekdays, 'any'], '--weekday');
  return chosen === 'any' ? null : weekdays.indexOf(chosen);
}

function parseDays(text: string): number {
  const days = /^\d{1,3}$/.test(text) ? Number(text) : 0;
  if (days < 1 || days > 365) throw badArgument('--every', 'not-days');
  return days;
}
