/** The day, ISO week and month of an instant in one time zone. */
export interface CalendarDay {
  /** `2026-11-20` */
  readonly day: string;
  /** `2026-W47`, ISO 8601: weeks begin on Monday, the first one has the year's first Thursday. */
  readonly week: string;
  /** `2026-11` */
  readonly month: string;
}

const dayMs = 24 * 3_600_000;

/** `timeZone` is an IANA name such as `Asia/Shanghai`. */
export function calendarOf(timeZone: string): (at: string) => CalendarDay {
  const format = new Intl.DateTimeFormat('en-CA', { timeZone, year: 'numeric', month: '2-digit', day: '2-digit' });
  return (at) => {
    const parts = new Map(format.formatToParts(Date.parse(at)).map(({ type, value }) => [type, value]));
    const [year = '', month = '', date = ''] = ['year', 'month', 'day'].map((type) => parts.get(type as 'year'));
    return {
      day: `${year}-${month}-${date}`,
      week: isoWeek(Number(year), Number(month), Number(date)),
      month: `${year}-${month}`,
    };
  };
}

function isoWeek(year: number, month: number, date: number): string {
  const dayMsUtc = Date.UTC(year, month - 1, date);
  const weekday = (new Date(dayMsUtc).getUTCDay() + 6) % 7;
  const thursdayMs = dayMsUtc + (3 - weekday) * dayMs;
  const ofYear = new Date(thursdayMs).getUTCFullYear();
  const week = Math.floor((thursdayMs - Date.UTC(ofYear, 0, 1)) / (7 * dayMs)) + 1;
  return `${ofYear}-W${week.toString().padStart(2, '0')}`;
}
