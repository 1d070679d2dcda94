import prettyBytes from 'pretty-bytes';
import type { Language } from '../../shared/ipc/contract.ts';
import type { LedgerDefinition } from '../../shared/model/database.ts';
import { centsToUnits, formatMoney } from './money.ts';
import type { Translate } from './translate.ts';

export interface Format {
  readonly count: (value: number) => string;
  readonly bytes: (value: number) => string;
  /** `unit` says what the digits stand for; yuan when nobody knows. */
  readonly money: (text: string, currency: string, unit?: LedgerDefinition['unit']) => string;
  readonly date: (iso: string) => string;
  readonly dateShort: (iso: string) => string;
  /** The time of the day alone. */
  readonly time: (iso: string) => string;
  /** A calendar day with its weekday, as in `2026-11-27`. */
  readonly day: (day: string) => string;
  /** 0 Sunday … 6 Saturday. */
  readonly weekday: (weekday: number) => string;
  readonly ago: (iso: string, nowMs: number) => string;
  readonly duration: (ms: number) => string;
}

const relativeSteps = [
  { unit: 'day', ms: 86_400_000 },
  { unit: 'hour', ms: 3_600_000 },
  { unit: 'minute', ms: 60_000 },
] as const;

/** To name the days of the week after it. */
const aSunday = Date.UTC(2026, 10, 22);

/** Numbers, sizes, money and times in the user's language and zone. */
export function createFormat(language: Language, t: Translate): Format {
  const locale = language === 'zh' ? 'zh-CN' : 'en-GB';
  const number = new Intl.NumberFormat(locale);
  const full = new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'medium', hourCycle: 'h23' });
  const short = new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'short', hourCycle: 'h23' });
  const clock = new Intl.DateTimeFormat(locale, { timeStyle: 'short', hourCycle: 'h23' });
  const named = new Intl.DateTimeFormat(locale, { weekday: 'long', month: 'long', day: 'numeric', timeZone: 'UTC' });
  const weekdays = new Intl.DateTimeFormat(locale, { weekday: 'long', timeZone: 'UTC' });
  const relative = new Intl.RelativeTimeFormat(locale, { numeric: 'auto' });
  return {
    count: (value) => number.format(value),
    bytes: (value) => prettyBytes(value),
    money: (text, currency, unit = 'yuan') => formatMoney(unit === 'cent' ? centsToUnits(text) : text, currency),
    date: (iso) => full.format(new Date(iso)),
    dateShort: (iso) => short.format(new Date(iso)),
    time: (iso) => clock.format(new Date(iso)),
    day: (day) => named.format(new Date(`${day}T00:00:00Z`)),
    weekday: (weekday) => weekdays.format(aSunday + weekday * 86_400_000),
    ago: (iso, nowMs) => {
      const passedMs = Math.max(0, nowMs - Date.parse(iso));
      const step = relativeSteps.find(({ ms }) => passedMs >= ms);
      return step === undefined ? t('time.justNow') : relative.format(-Math.floor(passedMs / step.ms), step.unit);
    },
    duration: (ms) => {
      const seconds = Math.max(1, Math.round(ms / 1000));
      if (seconds < 60) return t('time.seconds', { count: seconds });
      const minutes = Math.round(seconds / 60);
      if (minutes < 60) return t('time.minutes', { count: minutes });
      return t('time.hours', { hours: Math.floor(minutes / 60), minutes: minutes % 60 });
    },
  };
}
