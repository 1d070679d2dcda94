import { shownText } from '../model/shown-text.ts';

/**
 * What every log sink does to a text before it is written. Two nets: what looks like a secret wherever it stands, and
 * the very strings that the failed call was given as secrets. Nothing in it steers a terminal or looks like an entry of its own.
 */
const hidden = '•••';
const maxLength = 8_000;

const looksSecret: readonly (readonly [RegExp, string])[] = [
  [/-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z0-9 ]*PRIVATE KEY-----|$)/g, hidden],
  [/(\b[a-z][a-z0-9+.-]*:\/\/[^\s/:@]*):[^\s/@]+@/gi, `$1:${hidden}@`],
  [/\b(Authorization\s*[:=]\s*)[^\r\n]+/gi, `$1${hidden}`],
  [
    /(["']?\b\w*(?:pass(?:word|phrase|wd)?|secret(?:Key)?|accessKey|privateKeyPem|token)["']?\s*[:=]\s*)("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|[^\s,;}\])]+)/gi,
    `$1${hidden}`,
  ],
];

/** Field names of the contract whose values are secrets. */
const secretFields = new Set([
  'passphrase',
  'vaultPassphrase',
  'newPassphrase',
  'keyPassphrase',
  'password',
  'privateKeyPem',
  'accessKey',
  'secretKey',
  'words',
]);
/** Shorter strings occur in every text by chance; hiding them would hide the text. */
const shortestSecret = 3;
const deepest = 8;

export function redact(text: string, secrets: readonly string[] = []): string {
  let clean = text;
  for (const secret of [...secrets].sort((a, b) => b.length - a.length)) clean = clean.replaceAll(secret, hidden);
  for (const [pattern, replacement] of looksSecret) clean = clean.replace(pattern, replacement);
  const short = clean.length > maxLength ? `${clean.slice(0, maxLength)} …` : clean;
  // Whoever reads a log does it in a terminal; a line that begins with a time is ours.
  return shownText(short).replaceAll('\n', '\n  ');
}

/** The secrets inside a call's input. */
export function secretsIn(input: unknown, depth = 0): string[] {
  if (typeof input !== 'object' || input === null || depth > deepest) return [];
  return Object.entries(input).flatMap(([field, value]: [string, unknown]) => {
    if (typeof value !== 'string') return secretsIn(value, depth + 1);
    return secretFields.has(field) && value.length >= shortestSecret ? [value] : [];
  });
}

/** An error as a log line may hold it: every stack of the chain of causes, redacted. */
export function describeError(error: unknown, secrets: readonly string[] = []): string {
  const parts: string[] = [];
  let current: unknown = error;
  while (current !== undefined && parts.length < deepest) {
    parts.push(
      current instanceof Error
        ? (current.stack ?? current.message)
        : typeof current === 'string'
          ? current
          : typeof current,
    );
    current = current instanceof Error ? current.cause : undefined;
  }
  return redact(parts.join('\ncaused by: '), secrets);
}
