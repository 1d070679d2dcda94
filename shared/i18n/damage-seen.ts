import type { ErrorFacts } from '../errors/app-error.ts';
import { fillSentence, type ErrorText } from './error-text.ts';

const sentences = {
  zh: {
    message: '停下之前已经发现：{{damagedAt}} 上有 {{damagedSeen}} 个数据块损坏或缺失，已经记下。',
    remedy: '请检查这个副本，并用完好的副本修复它（shouhu verify 副本 --heal-from 另一个副本）。',
  },
  en: {
    message:
      'Before it stopped, {{damagedSeen}} damaged or missing objects had been found on {{damagedAt}}; this is written down.',
    remedy: 'Check that copy and mend it from a sound one (shouhu verify COPY --heal-from ANOTHER).',
  },
} as const satisfies Record<string, ErrorText>;

/** An error's own text, with what had been found damaged until then (facts `damagedSeen`, `damagedAt`) behind it. */
export function withDamageText(text: ErrorText, facts: ErrorFacts, language: 'zh' | 'en'): ErrorText {
  if (facts['damagedSeen'] === undefined) return text;
  const { message, remedy } = sentences[language];
  const join = (first: string, second: string) =>
    `${first}${language === 'zh' ? '' : ' '}${fillSentence(second, facts)}`;
  return { message: join(text.message, message), remedy: join(text.remedy, remedy) };
}
