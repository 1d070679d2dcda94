import type { ErrorFacts } from '../errors/app-error.ts';
import { fillSentence, type ErrorText } from './error-text.ts';

/** What tidying up would do for a full disk: something, or nothing now. */
const sentences = {
  zh: {
    frees:
      '按这块盘的保留规则，现在清理 {{removable}} 个旧快照能腾出 {{reclaimable}}：先用 shouhu prune "{{disk}}" --dry-run 看清楚再定。',
    nothing:
      '按这块盘的保留规则，现在没有旧快照可以清理（刚写上的三天内也不清理）；想让它少留几份，用 shouhu destination set "{{disk}}" --keep-daily 天数。',
  },
  en: {
    frees:
      'By this disk’s own rule {{removable}} old snapshots can go now, which frees {{reclaimable}}: look first with shouhu prune "{{disk}}" --dry-run.',
    nothing:
      'By this disk’s own rule no old snapshot can go now (nor anything written within three days); to have it keep fewer, use shouhu destination set "{{disk}}" --keep-daily DAYS.',
  },
} as const;

/** An error's own text, with what tidying up would free (facts `disk`, `removable`, `reclaimable`) behind its remedy. */
export function withRoomText(text: ErrorText, facts: ErrorFacts, language: 'zh' | 'en'): ErrorText {
  const { removable, disk } = facts;
  if (removable === undefined || disk === undefined) return text;
  const sentence = fillSentence(sentences[language][removable === 0 ? 'nothing' : 'frees'], facts);
  return { ...text, remedy: `${text.remedy}${language === 'zh' ? '' : ' '}${sentence}` };
}
