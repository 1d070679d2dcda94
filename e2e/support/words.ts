import { errorsEn } from '../../shared/i18n/errors.en.ts';
import { errorsZh } from '../../shared/i18n/errors.zh.ts';
import { fillSentence, type ErrorText } from '../../shared/i18n/error-text.ts';
import { uiEn } from '../../shared/i18n/ui.en.ts';
import { uiZh, type UiKey, type UiTexts } from '../../shared/i18n/ui.zh.ts';
import type { ErrorCode } from '../../shared/errors/app-error.ts';
import type { Language } from '../../shared/ipc/contract.ts';

/** The product's own sentences, so that a spec names a button as the page does, in either language. */
export interface Words {
  readonly language: Language;
  /** One sentence with its facts filled in. A sentence that counts is asked for by its form, such as `rows_other`. */
  say(key: UiKey, facts?: Readonly<Record<string, string | number>>): string;
  /** What the error card of this code says has happened. */
  error(code: ErrorCode, facts?: Readonly<Record<string, string | number>>): string;
}

const texts = { zh: uiZh as UiTexts, en: uiEn as UiTexts };
const errors: Record<Language, Readonly<Record<string, ErrorText>>> = { zh: errorsZh, en: errorsEn };

export function wordsOf(language: Language): Words {
  return {
    language,
    say(key, facts = {}) {
      let found: string | UiTexts | undefined = texts[language];
      for (const part of key.split('.')) found = typeof found === 'object' ? found[part] : undefined;
      if (typeof found !== 'string') throw new Error(`There is no sentence “${key}” in ${language}.`);
      return fillSentence(found, facts);
    },
    error(code, facts = {}) {
      const text = errors[language][code];
      if (text === undefined) throw new Error(`There is no sentence for the error “${code}” in ${language}.`);
      return fillSentence(text.message, facts);
    },
  };
}
