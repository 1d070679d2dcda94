import {
  errorCatalog,
  type AppError,
  type ErrorCode,
  type ErrorFacts,
  type ExitCode,
} from '../../../shared/errors/app-error.ts';
import { cloudErrorText } from '../../../shared/i18n/cloud-sentences.ts';
import { withDamageText } from '../../../shared/i18n/damage-seen.ts';
import { fillSentence, type ErrorText } from '../../../shared/i18n/error-text.ts';
import { errorsEn } from '../../../shared/i18n/errors.en.ts';
import { errorsZh } from '../../../shared/i18n/errors.zh.ts';
import { withRoomText } from '../../../shared/i18n/room-text.ts';
import { shownLine, shownText } from '../../../shared/model/shown-text.ts';
import type { Words } from '../language.ts';
import { factsText } from './figures.ts';

/** What a command that came to its end has to say. */
export interface Finished {
  /** The fields of the JSON document besides `ok`. */
  readonly json: object;
  /** The same for a person. */
  readonly lines: readonly string[];
  /** A check of the finished run that did not hold: the run is not green and the exit code says so. */
  readonly finding?: Finding | undefined;
}

export interface Finding {
  readonly error: AppError;
  /** 3 unless the finding is of another kind, such as a server that cannot be reached. */
  readonly exit?: ExitCode;
}

export interface ErrorDocument {
  readonly code: string;
  readonly message: string;
  readonly remedy: string;
  readonly facts: ErrorFacts;
}

export interface Printed {
  readonly out: string;
  readonly err: string;
  readonly exitCode: number;
}

/** Errors whose `reason` is an id of ours, said as a second sentence. */
const explained: ReadonlySet<ErrorCode> = new Set<ErrorCode>(['usage.bad-argument', 'keys.weak-passphrase']);

/** The error in words, as the JSON document holds it. */
export function errorDocument({ code, facts }: Pick<AppError, 'code' | 'facts'>, words: Words): ErrorDocument {
  const text = cloudErrorText(facts, words.language) ?? ownText(code, facts, words);
  const { language } = words;
  return { code, ...withDamageText(withRoomText(text, facts, language), facts, language), facts };
}

function ownText(code: ErrorCode, facts: ErrorFacts, words: Words): ErrorText {
  const { message, remedy } = (words.language === 'zh' ? errorsZh : errorsEn)[code];
  const spoken = spokenFacts(facts, words);
  const reason = explained.has(code) ? words.find('reason', String(facts['reason']), facts) : undefined;
  const whole = reason === undefined ? message : joined(message, reason, words);
  return { message: fillSentence(whole, spoken), remedy: fillSentence(remedy, spoken) };
}

/**
 * Exactly one JSON document on stdout, or readable text: results on stdout, failures on stderr. A document holds every name as it is; to a person each line
 * is one line, and what could steer the terminal is shown (`shownLine`).
 */
export function printFinished({ json, lines, finding }: Finished, asJson: boolean, words: Words): Printed {
  const exitCode = finding === undefined ? 0 : (finding.exit ?? 3);
  if (asJson) {
    const head = finding === undefined ? { ok: true } : { ok: false, error: errorDocument(finding.error, words) };
    return { out: document({ ...head, ...json }), err: '', exitCode };
  }
  const out = lines.map((line) => `${shownLine(line)}\n`).join('');
  return { out, err: finding === undefined ? '' : errorText(finding.error, words), exitCode };
}

export function printFailure(error: AppError, asJson: boolean, words: Words): Printed {
  const exitCode = errorCatalog[error.code].exit;
  if (asJson) return { out: document({ ok: false, error: errorDocument(error, words) }), err: '', exitCode };
  return { out: '', err: errorText(error, words), exitCode };
}

function errorText(error: AppError, words: Words): string {
  // Facts are others' words; a remedy may have lines of its own.
  const { code, message, remedy, facts } = errorDocument({ code: error.code, facts: shownFacts(error.facts) }, words);
  const details = [code, factsText(facts)].filter((part) => part !== '').join('  ');
  const lines = [
    words.say('error.head', { message }),
    words.say('error.remedy', { remedy }),
    words.say('error.details', { details }),
  ];
  return lines.map((line) => `${shownText(line)}\n`).join('');
}

function shownFacts(facts: ErrorFacts): ErrorFacts {
  return Object.fromEntries(
    Object.entries(facts).map(([name, value]) => [name, typeof value === 'string' ? shownLine(value) : value]),
  );
}

/** Facts are stable ids; in a sentence they become words. */
function spokenFacts(facts: ErrorFacts, words: Words): ErrorFacts {
  return {
    ...facts,
    ...(typeof facts['what'] === 'string' ? { what: secretName(facts['what'], words) } : {}),
    ...(typeof facts['feature'] === 'string' ? { feature: words.wordFor('feature', facts['feature']) } : {}),
  };
}

/** `passphrase`, or `mysql:<source>` for a secret that a source or destination has lost. */
function secretName(what: string, words: Words): string {
  const [kind = '', ...name] = what.split(':');
  return words.find('secret', kind, { name: name.join(':') }) ?? what;
}

function joined(message: string, reason: string, words: Words): string {
  return words.language === 'zh' ? `${message}${reason}` : `${message} ${reason}`;
}

function document(content: object): string {
  return `${JSON.stringify(content)}\n`;
}
