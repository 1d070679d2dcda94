import type { ResaleGap, ResaleResult } from '../../../shared/model/resale.ts';
import type { Words } from '../language.ts';
import { countText, localTime } from '../output/figures.ts';
import { mark } from './shared-output.ts';

/** What the resale guard did and what it could not see. Silent where nobody will ever sell from the target. */
export function resaleLines(
  { cards, orders, csv, shared = 0, complete, unread = [], skipped }: ResaleResult,
  words: Words,
): string[] {
  if (skipped !== undefined) return skippedLines(skipped, words);
  if (complete === undefined) return [];
  const found = [
    ...(cards > 0 ? [`${mark(true)} ${words.say('resale.marked', { cards: countText(cards) })}`] : []),
    ...(shared > 0 ? [`· ${words.say('resale.shared', { cards: countText(shared) })}`] : []),
    ...(orders > 0 ? [`· ${words.say('resale.orders', { orders: countText(orders) })}`] : []),
    ...(csv === null ? [] : [`· ${words.say('resale.csv', { csv })}`]),
  ];
  return [
    ...(found.length > 0 ? found : [`· ${words.say('resale.nothing')}`]),
    ...(complete ? [] : [`${mark(false)} ${words.say('resale.incomplete')}`]),
    ...unread.map((gap) => `  · ${gapText(gap, words)}`),
  ];
}

function skippedLines(skipped: NonNullable<ResaleResult['skipped']>, words: Words): string[] {
  if (skipped === 'sandbox' || skipped === 'not-restored') return [];
  return [`· ${words.say(`resale.skipped.${skipped}`)}`];
}

const times = new Set(['at', 'from', 'until']);

function gapText({ reason, facts }: ResaleGap, words: Words): string {
  const shown = Object.entries(facts).map(([name, fact]): [string, string] => {
    if (typeof fact === 'number') return [name, name === 'position' ? String(fact) : countText(fact)];
    return [name, times.has(name) ? timeText(String(fact)) : String(fact)];
  });
  return words.say(`resale-gap.${reason}`, Object.fromEntries(shown));
}

/** A gap may begin or end where no time is known. */
function timeText(iso: string): string {
  return iso === '' ? '?' : localTime(iso);
}
