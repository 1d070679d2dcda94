import type { Words } from '../../i18n/use-words.ts';
import type { LogEvent } from '../../stores/events-store.ts';

/** `删表 dujiaoka.orders`, `Table dropped: dujiaoka.orders`. */
export function eventText({ kind, tables }: LogEvent, { t, language }: Words): string {
  const shown = tables.slice(0, 3).join(language === 'zh' ? '、' : ', ');
  return `${t(`log.kind.${kind}`)}${language === 'zh' ? ' ' : ': '}${shown}${tables.length > 3 ? ` … (${tables.length})` : ''}`.trim();
}
