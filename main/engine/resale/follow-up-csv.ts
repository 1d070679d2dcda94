import { resaleCsvWords, type ResaleCsvWords } from '../../../shared/i18n/resale-csv.ts';
import type { ResaleRules } from '../presets/resale-rules.ts';
import { csvText } from './csv.ts';
import type { FollowUp } from './follow-up.ts';

/** What the list needs to know of a shop. */
export interface CsvShop {
  readonly rules: ResaleRules;
  /** information_schema DATA_TYPE of the columns of its orders, by name in lower case. */
  readonly types: ReadonlyMap<string, string>;
}

/**
 * The list of what is left to a person, for a spreadsheet: one line per order and card. Times are of this computer's zone, which the heading names; a
 * DATETIME column is as the shop wrote it. Nothing but what the rules name is in it.
 */
export function followUpCsv(rows: readonly FollowUp[], shop: CsvShop, language: 'zh' | 'en'): string {
  const words = resaleCsvWords[language];
  const zone = zoneText(rows.find(({ at }) => at !== null)?.at ?? 0);
  const { columns } = words;
  const head = [
    columns.number,
    columns.key,
    columns.title,
    columns.quantity,
    columns.amount,
    columns.contact,
    `${columns.createdAt} (${zone})`,
    `${columns.soldAt} (${zone})`,
    columns.status,
    columns.todo,
    columns.card,
    columns.product,
    columns.fate,
    columns.witness,
    columns.place,
  ];
  return csvText([head, ...rows.map((row) => lineOf(row, shop, words))]);
}

function lineOf(row: FollowUp, { rules: { orders }, types }: CsvShop, words: ResaleCsvWords): string[] {
  const { order, card, at, place, witnesses } = row;
  const valueOf = (column: string | null) =>
    column === null ? null : (order?.sale.values.get(column.toLowerCase()) ?? null);
  const timeOf = (column: string | null) => timeCell(valueOf(column), types.get(column?.toLowerCase() ?? ''));
  return [
    valueOf(orders.number) ?? '',
    order?.sale.key ?? card?.sale.order ?? '',
    valueOf(orders.title) ?? '',
    valueOf(orders.quantity) ?? '',
    valueOf(orders.amount) ?? '',
    valueOf(orders.contact) ?? '',
    timeOf(orders.createdAt),
    timeOf(orders.paidAt) || (at === null ? '' : localText(at)),
    valueOf(orders.status.column) ?? '',
    order === null ? words.todo['no-order'] : words.todo[order.state],
    card?.sale.key ?? '',
    card?.sale.product ?? '',
    card === null ? '' : words.fate[card.fate],
    witnesses.map((witness) => words.witness[witness]).join(words.and),
    place === null ? '' : `${place.file}:${place.position}`,
  ];
}

/** TIMESTAMP comes in UTC, seconds since 1970 as they are; what was never set is empty. */
function timeCell(value: string | null, type = ''): string {
  if (value === null || /^0+(?:[-: 0.]*)$/.test(value)) return '';
  if (type === 'timestamp') return localText(Date.parse(`${value.replace(' ', 'T')}Z`));
  if (/int$/.test(type) && /^\d{9,11}$/.test(value)) return localText(Number(value) * 1000);
  return value;
}

function localText(timeMs: number): string {
  const time = new Date(timeMs);
  if (Number.isNaN(time.getTime())) return '';
  const two = (part: number) => String(part).padStart(2, '0');
  const date = `${time.getFullYear()}-${two(time.getMonth() + 1)}-${two(time.getDate())}`;
  return `${date} ${two(time.getHours())}:${two(time.getMinutes())}:${two(time.getSeconds())}`;
}

/** `UTC+08:00` */
function zoneText(timeMs: number): string {
  const minutes = -new Date(timeMs).getTimezoneOffset();
  const two = (part: number) => String(part).padStart(2, '0');
  const size = Math.abs(minutes);
  return `UTC${minutes < 0 ? '-' : '+'}${two(Math.floor(size / 60))}:${two(size % 60)}`;
}
