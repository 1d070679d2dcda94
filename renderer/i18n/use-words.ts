import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import type { ErrorFacts, WireError } from '../../shared/errors/app-error.ts';
import { cloudErrorText } from '../../shared/i18n/cloud-sentences.ts';
import { withDamageText } from '../../shared/i18n/damage-seen.ts';
import { fillSentence } from '../../shared/i18n/error-text.ts';
import type { ErrorText } from '../../shared/i18n/error-text.ts';
import type { Language } from '../../shared/ipc/contract.ts';
import { createFormat } from './format.ts';
import type { Format } from './format.ts';
import { errorsNamespace } from './i18n.ts';
import type { Translate } from './translate.ts';

export interface Words {
  readonly language: Language;
  readonly t: Translate;
  /** For ids that the engine makes: `group.id` (dots as underscores) where there is such a sentence, else `group.other`. */
  readonly named: (
    group:
      'job.phase' | 'testStep' | 'check' | 'evidence' | 'todo' | 'note' | 'ledgerName' | 'presetName' | 'vault.openFor',
    id: string,
    facts?: ErrorFacts,
  ) => string;
  readonly error: (error: WireError) => ErrorText;
  readonly format: Format;
}

/** Every sentence, number and date of a component comes from here. */
export function useWords(): Words {
  const { t: translate, i18n } = useTranslation();
  const language: Language = i18n.language === 'en' ? 'en' : 'zh';
  return useMemo(() => {
    const t: Translate = (key, facts = {}) => translate(key, facts);
    const wordsFor = (group: string, id: string, facts: ErrorFacts = {}): string => {
      const key = `${group}.${id.replaceAll('.', '_')}`;
      return i18n.exists(key) ? translate(key, facts) : translate(`${group}.other`, { ...facts, id });
    };
    return {
      language,
      t,
      named: (group, id, facts) => {
        // Where a source has several shops, the ledger's name says of which it is: `orders@shop/acg_`.
        const [name = '', place] = group === 'ledgerName' ? id.split('@', 2) : [id];
        return place === undefined ? wordsFor(group, name, facts) : `${wordsFor(group, name, facts)} (${place})`;
      },
      error: ({ code, facts }) => {
        const cloud = cloudErrorText(facts, language);
        if (cloud !== undefined) return withDamageText(cloud, facts, language);
        const here = `remedyHere.${code.replaceAll('.', '_')}`;
        const found = i18n.getResource(language, errorsNamespace, code) as ErrorText | undefined;
        if (found === undefined)
          return { message: t('errorCard.untranslated'), remedy: t('errorCard.untranslatedNext') };
        const own = {
          message: fillSentence(found.message, facts),
          remedy: i18n.exists(here) ? translate(here, facts) : fillSentence(found.remedy, facts),
        };
        return withDamageText(own, facts, language);
      },
      format: createFormat(language, t),
    };
  }, [translate, i18n, language]);
}
