import i18next from 'i18next';
import type { i18n } from 'i18next';
import { initReactI18next } from 'react-i18next';
import { errorsEn } from '../../shared/i18n/errors.en.ts';
import { errorsZh } from '../../shared/i18n/errors.zh.ts';
import { uiEn } from '../../shared/i18n/ui.en.ts';
import { uiZh } from '../../shared/i18n/ui.zh.ts';
import type { Language } from '../../shared/ipc/contract.ts';

export const errorsNamespace = 'errors';

/** All sentences are in the bundle: switching the language is instant and needs no request. */
export function createI18n(language: Language): i18n {
  const instance = i18next.createInstance();
  void instance.use(initReactI18next).init({
    lng: language,
    fallbackLng: 'zh',
    defaultNS: 'ui',
    ns: ['ui', errorsNamespace],
    resources: { zh: { ui: uiZh, errors: errorsZh }, en: { ui: uiEn, errors: errorsEn } },
    interpolation: { escapeValue: false },
    initAsync: false,
  });
  return instance;
}
