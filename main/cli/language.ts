import { fillSentence } from '../../shared/i18n/error-text.ts';
import { cliEn } from '../../shared/i18n/cli.en.ts';
import { cliZh, type CliKey } from '../../shared/i18n/cli.zh.ts';

export type Language = 'zh' | 'en';
export type Facts = Readonly<Record<string, string | number | boolean>>;

/** Sentences of one language. */
export interface Words {
  readonly language: Language;
  say(key: CliKey, facts?: Facts): string;
  /** The word for an id that another part chose (a check, a step, a phase), or the id itself when there is no word for it. */
  wordFor(area: string, id: string, facts?: Facts): string;
  /** As `wordFor`, but undefined when there is no word. */
  find(area: string, id: string, facts?: Facts): string | undefined;
}

export function wordsIn(language: Language): Words {
  const sentences: Readonly<Record<CliKey, string>> = language === 'zh' ? cliZh : cliEn;
  const byName: Readonly<Record<string, string | undefined>> = sentences;
  const find = (area: string, id: string, facts: Facts = {}): string | undefined => {
    const sentence = Object.hasOwn(sentences, `${area}.${id}`) ? byName[`${area}.${id}`] : undefined;
    return sentence === undefined ? undefined : fillSentence(sentence, facts);
  };
  return {
    language,
    say: (key, facts = {}) => fillSentence(sentences[key], facts),
    wordFor: (area, id, facts) => find(area, id, facts) ?? id,
    find,
  };
}

export function isLanguage(text: string | undefined): text is Language {
  return text === 'zh' || text === 'en';
}

/** The language to speak before the arguments are understood: `--lang`, then the environment, then the system. */
export function languageOf(
  argv: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
  systemLocale: string,
): Language {
  const at = argv.indexOf('--lang');
  const asked = at >= 0 ? argv[at + 1] : argv.find((text) => text.startsWith('--lang='))?.slice('--lang='.length);
  if (isLanguage(asked)) return asked;
  const named = [env['LC_ALL'], env['LC_MESSAGES'], env['LANG']].find((text) => text !== undefined && text !== '');
  const locale = named === undefined || /^(?:C|POSIX)\b/.test(named) ? systemLocale : named;
  return locale.toLowerCase().startsWith('zh') ? 'zh' : 'en';
}
