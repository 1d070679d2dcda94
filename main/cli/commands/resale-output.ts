import { resaleGapText } from '../../../shared/i18n/resale-gaps.ts';
import type { ResaleResult } from '../../../shared/model/resale.ts';
import type { Words } from '../language.ts';
import { countText } from '../output/figures.ts';
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
    ...unread.map((gap) => `  · ${resaleGapText(gap, words.language)}`),
  ];
}

function skippedLines(skipped: NonNullable<ResaleResult['skipped']>, words: Words): string[] {
  if (skipped === 'sandbox' || skipped === 'not-restored') return [];
  return [`· ${words.say(`resale.skipped.${skipped}`)}`];
}
