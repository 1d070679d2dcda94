/** What a few hundred values of one column look like, as figures. Nothing of a value leaves this file. */
export interface SampleSigns {
  readonly values: number;
  /** Different ones among them, 0–1. */
  readonly unique: number;
  /** Pieces that look like keys or like account and password, 0–1. */
  readonly keys: number;
  /** Values that look like the digest of a password, 0–1. */
  readonly hashes: number;
  /** Values that are addresses, links, prose, dates, plain numbers, 0–1. */
  readonly plain: number;
  /** Values of several lines, 0–1. */
  readonly lines: number;
  readonly shortest: number;
  readonly longest: number;
}

const hash =
  /^(?:\$2[abxy]\$\d\d\$.{40,60}|\$argon2\w*\$.+|\$(?:5|6|P|H)\$.+|[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{64})$/i;
const email = /^[^\s@]+@[^\s@]+\.[a-z]{2,}$/i;
const link = /^(?:https?:)?\/\/|^[/\\][\w./-]+$|^[\w.-]+\/[\w./-]+$|\.(?:png|jpe?g|gif|php|html?|svg)$/i;
const date = /^\d{4}-\d\d-\d\d|^\d{2}:\d{2}/;
const ip = /^\d{1,3}(?:\.\d{1,3}){3}$|^[0-9a-f:]{3,39}$/i;
const cjk = /[\u3400-\u9fff]/;

export function sampleSigns(sample: readonly (string | null)[]): SampleSigns {
  const values = sample.map((value) => value?.trim() ?? '').filter((value) => value !== '');
  if (values.length === 0)
    return { values: 0, unique: 0, keys: 0, hashes: 0, plain: 0, lines: 0, shortest: 0, longest: 0 };
  const pieces = values.flatMap(piecesOf);
  const share = (test: (value: string) => boolean, of: readonly string[] = values) =>
    of.length === 0 ? 0 : of.filter(test).length / of.length;
  return {
    values: values.length,
    unique: new Set(values).size / values.length,
    keys: share(isKey, pieces),
    hashes: share((value) => hash.test(value)),
    plain: share(isPlain),
    lines: share((value) => /\n|<br/i.test(value)),
    shortest: Math.min(...values.map(({ length }) => length)),
    longest: Math.max(...values.map(({ length }) => length)),
  };
}

/** The lines of a delivered text, without what introduces the card: `卡号：A 密码：B` are two pieces. */
function piecesOf(value: string): string[] {
  return value
    .split(/[\r\n]+|<br\s*\/?>|\s*[|,，;；]\s*|\s{2,}| (?=[\u3400-\u9fff])/i)
    .map((piece) => piece.replace(/^[\u3400-\u9fff\w ]{1,12}[:：]\s*/, '').trim())
    .filter((piece) => piece !== '');
}

function isKey(piece: string): boolean {
  // Account and password, as shops sell them.
  if (/^\S{3,}-{3,}\S{3,}/.test(piece)) return true;
  if (piece.length < 8 || piece.length > 200 || /\s/.test(piece) || cjk.test(piece)) return false;
  if (email.test(piece) || link.test(piece) || date.test(piece) || ip.test(piece) || hash.test(piece)) return false;
  const body = piece.replaceAll('-', '');
  if (!/^[\x21-\x7e]+$/.test(body) || /[{}<>"]/.test(body)) return false;
  const isMixed = /\d/.test(body) && /[a-z]/i.test(body);
  const isLongNumber = /^\d{12,}$/.test(body);
  return (isMixed || isLongNumber || piece.split('-').length >= 3) && entropyOf(body) >= 2.5;
}

function isPlain(value: string): boolean {
  if (email.test(value) || link.test(value) || date.test(value) || ip.test(value)) return true;
  if (/^-?\d{1,11}(?:\.\d+)?$/.test(value)) return true;
  if (/^[a-z][a-z '._-]*$/i.test(value)) return true;
  return cjk.test(value) && !/[A-Za-z0-9]{6,}/.test(value);
}

/** Bits per character. Words and counters have few, keys many. */
function entropyOf(text: string): number {
  const counts = new Map<string, number>();
  for (const character of text) counts.set(character, (counts.get(character) ?? 0) + 1);
  return [...counts.values()].reduce((sum, count) => sum - (count / text.length) * Math.log2(count / text.length), 0);
}
