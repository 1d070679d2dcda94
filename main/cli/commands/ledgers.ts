import { Option, type Command } from 'commander';
import type { Breakdown, Dimension } from '../../../shared/model/breakdown.ts';
import type { VerbOutput } from '../../../shared/ipc/engine-verbs.ts';
import { parseName } from '../arguments/values.ts';
import type { Words } from '../language.ts';
import { countText, localTime, shortId } from '../output/figures.ts';
import { textTable } from '../output/text-table.ts';
import type { Picker, VerbRun } from '../verb-context.ts';
import { mark } from './shared-output.ts';

type Output = VerbOutput<'ledgers.show'>;
type Ledger = Output['ledgers'][number];

const ways = ['status', 'day', 'product', 'currency'] as const;
type Way = (typeof ways)[number];

interface LedgersFlags {
  readonly snapshot?: string;
  readonly by?: Way;
  readonly confirm?: string;
}

export function addLedgers(program: Command, { words, pick }: Picker): void {
  program
    .command('ledgers')
    .description(words.say('help.ledgers'))
    .argument('<SOURCE>', words.say('argument.source'))
    .option('--snapshot <ID>', words.say('flag.ledgers-snapshot'))
    .addOption(new Option('--by <WAY>', words.say('flag.ledgers-by')).choices(ways))
    .option('--confirm <ID>', words.say('flag.ledgers-confirm'))
    .action((source: string, flags: LedgersFlags) => {
      const name = parseName(source, 'SOURCE');
      pick(flags.confirm === undefined ? ledgers(name, flags) : confirm(name, flags.confirm));
    });
}

function confirm(source: string, snapshot: string): VerbRun {
  return async (context) => {
    await context.unlock();
    const output = await context.call('ledgers.confirm', { source, snapshot });
    return { json: output, lines: [context.words.say('ledgers.confirmed', { source })] };
  };
}

function ledgers(source: string, { snapshot, by }: LedgersFlags): VerbRun {
  return async (context) => {
    const { words } = context;
    await context.unlock();
    const output = await context.call('ledgers.show', { source, snapshot: snapshot ?? null });
    return { json: output, lines: linesOf(output, by, words) };
  };
}

function linesOf(output: Output, by: Way | undefined, words: Words): string[] {
  const { source, snapshot, counts } = output;
  if (snapshot === null) return [words.say('ledgers.none', { source })];
  const head = words.say('ledgers.head', { source, id: shortId(snapshot.id), at: localTime(snapshot.at) });
  if (output.ledgers.length === 0 && counts.length === 0) return [head, '', words.say('ledger.none')];
  return [
    ...alarmLines(output.alarm, words),
    head,
    '',
    ...output.ledgers.flatMap((ledger) => [
      ...ledgerText(ledger, by ?? 'status', words),
      ...newStatusLines(output, ledger, words),
    ]),
    ...(by === undefined || by === 'product' ? countLines(counts, by === 'product', words) : []),
  ];
}

/** What does not happen by itself, one line each, and how to say that it was one's own doing. */
export function alarmLines(alarm: Output['alarm'], words: Words): string[] {
  if (alarm === null) return [];
  const { source, findings, snapshot } = alarm;
  return [
    ...findings.map(
      ({ kind, name, detail, before, after, exact, since }) =>
        `${mark(false)} ${words.say(`shrink.${kind}`, {
          name,
          detail: detail ?? '',
          before: exact?.before ?? countText(before),
          after: exact?.after ?? countText(after),
        })}  ${localTime(since)}`,
    ),
    words.say('ledgers.alarm', { source, snapshot: shortId(snapshot) }),
    '',
  ];
}

function ledgerText(ledger: Ledger, by: Way, words: Words): string[] {
  const { name, currency, unit, rows, sum, equal, byEqual, unreadable, today, yesterday } = ledger;
  const money = (text: string) => moneyText(text, unit, currency);
  const day = (key: 'ledgers.today' | 'ledgers.yesterday', of: Ledger['today']) =>
    of === undefined ? [] : [`  ${words.say(key, { day: of.day, rows: countText(of.rows), sum: money(of.sum) })}`];
  const dimension = ledger.by?.[by];
  const isOne = by !== 'currency';
  return [
    `${mark(equal && byEqual !== false)} ${name}  ${countText(rows)}  ${money(sum)}`,
    ...(unreadable === undefined ? [] : [`  ${words.say('ledgers.unreadable', { count: countText(unreadable) })}`]),
    ...day('ledgers.today', today),
    ...day('ledgers.yesterday', yesterday),
    ...(dimension === undefined
      ? [`  ${words.say('ledgers.not-told')}`]
      : dimensionTable(by, dimension, (text) => (isOne ? money(text) : text), ledger.paidValues, words)),
    '',
  ];
}

function newStatusLines({ source, newStatuses }: Output, { name, unit, currency }: Ledger, words: Words): string[] {
  return newStatuses
    .filter(({ ledger }) => ledger === name)
    .map(({ value, rows, sum, since }) =>
      words.say('ledgers.new-status', {
        value: value ?? words.say('ledgers.empty'),
        since: localTime(since),
        rows: countText(rows),
        sum: moneyText(sum, unit, currency),
        source,
      }),
    );
}

function dimensionTable(
  by: keyof Breakdown,
  { of, rest, tooMany }: Dimension,
  money: (sum: string) => string,
  paidValues: readonly string[],
  words: Words,
): string[] {
  const nothing = words.say(by === 'day' ? 'ledgers.no-day' : 'ledgers.empty');
  const rows = of.map(([value, count, sum]) => [
    value ?? nothing,
    by === 'status' && value !== null && paidValues.includes(value) ? words.say('ledgers.counts') : '',
    countText(count),
    money(sum),
  ]);
  if (rest !== undefined)
    rows.push([
      words.say(tooMany === true ? 'ledgers.too-many' : 'ledgers.rest'),
      '',
      countText(rest.rows),
      money(rest.sum),
    ]);
  return textTable(
    [
      { title: words.say(`ledgers.by-${by}`) },
      { title: '' },
      { title: words.say('column.rows'), align: 'right' },
      { title: words.say('ledgers.sum'), align: 'right' },
    ],
    rows,
  ).map((line) => `  ${line}`);
}

function countLines(counts: Output['counts'], byProduct: boolean, words: Words): string[] {
  return counts.flatMap(({ id, name, rows, sum, unit, currency, equal, by }) => {
    const place = name.includes('@') ? ` (${name.slice(name.indexOf('@') + 1)})` : '';
    const money = sum === null ? '' : `  ${moneyText(sum, unit ?? 'yuan', currency ?? '')}`;
    const head = `${mark(equal)} ${words.say(`count.${id}`)}${place}  ${countText(rows)}${money}`;
    // Of a shop without any it is nothing that somebody wants to read.
    if (id === 'other-cards' && rows === 0 && equal) return [];
    if (id === 'other-cards' && by !== undefined)
      return [`${head}  (${by.of.map(([value, count]) => `${value ?? ''}: ${countText(count)}`).join(', ')})`];
    if (!byProduct || by === undefined) return [head];
    const lines = by.of.map(([value, count]) => [value ?? words.say('ledgers.empty'), countText(count)]);
    if (by.rest !== undefined) lines.push([words.say('ledgers.rest'), countText(by.rest.rows)]);
    const table = textTable(
      [{ title: words.say('ledgers.by-product') }, { title: words.say('column.rows'), align: 'right' }],
      lines,
    );
    return [head, ...table.map((line) => `  ${line}`)];
  });
}

/** Cents become units by their digits, not by a division. */
function moneyText(sum: string, unit: 'yuan' | 'cent', currency: string): string {
  if (unit === 'yuan') return `${sum} ${currency}`.trimEnd();
  const [whole = '0', fraction = ''] = sum.split('.');
  const digits = whole.replace('-', '').padStart(3, '0');
  const sign = whole.startsWith('-') ? '-' : '';
  return `${sign}${digits.slice(0, -2)}.${digits.slice(-2)}${fraction} ${currency}`.trimEnd();
}
