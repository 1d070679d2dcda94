import { nameSchema } from '../../../shared/model/source.ts';
import { badArgument } from './bad-argument.ts';

const scales: Readonly<Record<string, number>> = {
  '': 1,
  k: 1e3,
  m: 1e6,
  g: 1e9,
  ki: 2 ** 10,
  mi: 2 ** 20,
  gi: 2 ** 30,
};

/**
 * `10Mbit`, `1.5 MB`, `800KB/s`, `20Mbps` as bytes per second. Lines are sold in bits and files are counted in bytes, so a bare
 * number and a bare small `b` are refused instead of guessed.
 */
export function parseRate(text: string): number {
  const shape = /^(\d+(?:\.\d+)?)\s*([kmg]i?|)(bit|B)(\/s|ps|)$/i.exec(text.trim());
  const [, amount = '', scale = '', unit = '', suffix = ''] = shape ?? [];
  const isBits = unit.toLowerCase() === 'bit' || (unit === 'b' && suffix.toLowerCase() === 'ps');
  const bytes = isBits ? 1 / 8 : unit === 'B' ? 1 : NaN;
  const bytesPerSecond = Number(amount) * (scales[scale.toLowerCase()] ?? NaN) * bytes;
  if (!(bytesPerSecond > 0)) throw badArgument('--max-rate', 'not-a-rate');
  return bytesPerSecond;
}

/** `all` or a percentage above 0. */
export function parsePercent(text: string): number {
  if (text === 'all') return 100;
  const percent = /^\d+(?:\.\d+)?%?$/.test(text) ? Number.parseFloat(text) : NaN;
  if (!(percent > 0 && percent <= 100)) throw badArgument('--read', 'not-a-percentage');
  return percent;
}

/** `a,b` → two entries. Blanks around a comma are nothing. */
export function parseList(text: string | undefined): string[] {
  return (text ?? '')
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');
}

/** The name of a source or destination. */
export function parseName(text: string, argument: string): string {
  if (!nameSchema.safeParse(text).success) throw badArgument(argument, 'not-a-name');
  return text;
}

export function parseNames(text: string | undefined, argument: string): string[] {
  return parseList(text).map((name) => parseName(name, argument));
}

/** `database.table`, each. */
export function parseTables(text: string | undefined): string[] {
  const tables = parseList(text);
  if (tables.some((table) => !/^[^.]+\..+$/.test(table))) throw badArgument('--tables', 'not-a-table');
  return tables;
}

/** `table.column`. */
export function parseSecretColumn(text: string): string {
  if (!/^(?:[^.]+\.)?[^.]+\.[^.]+$/.test(text)) throw badArgument('--secret', 'not-a-secret-column');
  return text;
}

/** A whole number, 0 to 3660: days, weeks or months to keep. */
export function parseCount(text: string, argument: string): number {
  const count = /^\d{1,4}$/.test(text) ? Number(text) : NaN;
  if (!(count <= 3660)) throw badArgument(argument, 'not-a-count');
  return count;
}

/** The longest that a timer of Node can wait, in whole seconds: 24 days. */
const longestSeconds = Math.floor((2 ** 31 - 1) / 1000);

/** Seconds above 0, at most 24 days, also with a decimal point, as whole milliseconds. */
export function parseSecondsAsMs(text: string, argument: string): number {
  const seconds = /^\d{1,9}(?:\.\d+)?$/.test(text) ? Number(text) : NaN;
  if (!(seconds > 0 && seconds <= longestSeconds)) throw badArgument(argument, 'not-seconds');
  return Math.ceil(seconds * 1000);
}

/** ISO 8601 with or without a zone, and with a blank for the `T`; without a zone it is this computer's time. Gives UTC. */
export function parseInstant(text: string, argument: string): string {
  const shape = /^\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?)?$/i;
  const ms = shape.test(text) ? Date.parse(text.length === 10 ? `${text}T00:00:00` : text.replace(' ', 'T')) : NaN;
  if (Number.isNaN(ms)) throw badArgument(argument, 'not-a-time');
  return new Date(ms).toISOString();
}

export function oneOf<T extends string>(text: string, choices: readonly T[], argument: string): T {
  const choice = choices.find((one) => one === text);
  if (choice === undefined) throw badArgument(argument, 'not-a-choice');
  return choice;
}
