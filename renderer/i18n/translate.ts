import type { ErrorFacts } from '../../shared/errors/app-error.ts';
import type { UiKey } from '../../shared/i18n/ui.zh.ts';

/** One sentence in the language of the moment, with its facts filled in. */
export type Translate = (key: UiKey, facts?: ErrorFacts) => string;
