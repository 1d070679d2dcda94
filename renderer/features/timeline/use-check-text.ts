import { clockFacts } from '../../../shared/i18n/clock-gap.ts';
import { isWarning, subjectsOf } from '../../../shared/model/check-subjects.ts';
import type { CheckResult } from '../../../shared/model/snapshot.ts';
import { useWords } from '../../i18n/use-words.ts';

/** What a check says, with the names of the tables or objects it is about. */
export function useCheckText(): (check: CheckResult) => string {
  const { t, named, language } = useWords();
  return (check) => {
    const names = subjectsOf(check);
    const words = named(
      'check',
      isWarning(check) ? `${check.id}-warning` : check.id,
      clockFacts(check.facts, language),
    );
    return names === '' ? words : t('snapshot.about', { words, names });
  };
}
