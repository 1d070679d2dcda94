import type { ErrorFacts } from '../errors/app-error.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

/** How far two clocks are apart, as a person says it: `28 天`, `8 hours`, `7 minutes`. */
export function clockGapText(apartMs: number, language: 'zh' | 'en'): string {
  const [unit, unitMs] =
    apartMs >= 2 * dayMs
      ? (['day', dayMs] as const)
      : apartMs >= 2 * hourMs
        ? (['hour', hourMs] as const)
        : (['minute', minuteMs] as const);
  const format = new Intl.NumberFormat(language, { style: 'unit', unit, unitDisplay: 'long' });
  return format.format(Math.round(apartMs / unitMs));
}

/** What the sentence of a check about clocks needs; nothing for other checks. */
export function clockFacts(facts: ErrorFacts, language: 'zh' | 'en'): ErrorFacts {
  const apartMs = facts['apartMs'];
  return typeof apartMs === 'number' ? { apart: clockGapText(apartMs, language) } : {};
}
