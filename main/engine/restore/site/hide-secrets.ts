/**
 * Hides passwords and keys in the text of settings and code before a person sees it. The same value is the same number in all texts of one `SecretMask`, so that a
 * changed password shows as changed. A number is no hash: nothing of the value can be tried against it.
 *
 * It knows assignments by the name on their left, calls that connect to a database, addresses with a password in them, private keys, and long random words. It errs
 * towards hiding; a secret under a harmless name that looks like a word is not known, which is why texts are only shown where somebody asked for them.
 */
export class SecretMask {
  readonly #numbers = new Map<string, number>();
  #hidden = 0;

  /** How many places were hidden so far. */
  get hidden(): number {
    return this.#hidden;
  }

  /** `path` is shown text and only helps to tell settings from programs. Lines stay where they are. */
  hide(path: string, text: string): string {
    const name = path.slice(path.lastIndexOf('/') + 1).toLowerCase();
    if (isKeyFile(name)) return this.#replace(text, [{ start: 0, end: text.length }]);
    const isSettings = settingsName.test(name);
    const spans = [
      ...keySpans(text),
      ...quotedSpans(text),
      ...connectSpans(text),
      ...addressSpans(text),
      ...tagSpans(text),
      ...randomSpans(text),
      ...(isSettings ? bareSpans(text) : []),
    ];
    return this.#replace(text, spans);
  }

  #replace(text: string, spans: readonly Span[]): string {
    let shown = '';
    let at = 0;
    for (const { start, end } of merged(spans)) {
      shown += text.slice(at, start) + this.#mask(text.slice(start, end));
      at = end;
    }
    return shown + text.slice(at);
  }

  /** Line by line: what stands behind must not move. */
  #mask(value: string): string {
    return value.replace(/[^\r\n]+/g, (line) => {
      const number = this.#numbers.get(line) ?? this.#numbers.size + 1;
      this.#numbers.set(line, number);
      this.#hidden += 1;
      return `••••••(${number})`;
    });
  }
}

interface Span {
  readonly start: number;
  readonly end: number;
}

/** A value in quotes that is longer is none, or is found by other rules. */
const mostValue = 8192;
const settingsName = /^\.env|\.(?:env|ini|conf|cnf|cfg|ya?ml|properties|toml|local|example)$/;
const secretName =
  /pass|pwd|secret|token|salt|privat|credential|license|cookie|keys?$|sign_?key|dsn$|psk|(?:^|[_.-])(?:auth|sk|ak|pw|mm|miyao|mima)(?:[_.-]|$)/i;
const plainValue = /^(?:|true|false|null|none|yes|no|on|off)$/i;

function isKeyFile(name: string): boolean {
  return /\.(?:pem|key|p12|pfx|ppk|jks)$|^id_(?:rsa|dsa|ecdsa|ed25519)$|^\.(?:htpasswd|pgpass|netrc|git-credentials)$/.test(
    name,
  );
}

/** `'password' => '…'`, `$pass = "…"`, `define('DB_PASS', '…')`, `"token": "…"`, `['key'] = '…'`. */
function quotedSpans(text: string): Span[] {
  const spans: Span[] = [];
  const assignment = /(["']?)([A-Za-z_][\w.-]{0,80})\1\s{0,4}(?:\]\s{0,4})?(?:=>|!?={1,3}|[:,])\s{0,8}(?=(["']))/g;
  for (let match = assignment.exec(text); match !== null; match = assignment.exec(text)) {
    const [whole, quoted = '', name = '', quote = '"'] = match;
    // A comma only behind a name in quotes: the first argument of a call.
    if ((whole.trimEnd().endsWith(',') && quoted === '') || !secretName.test(name)) continue;
    const start = match.index + whole.length + 1;
    const end = endOfQuoted(text, start, quote);
    if (!plainValue.test(text.slice(start, end))) spans.push({ start, end });
    assignment.lastIndex = end;
  }
  return spans;
}

/** All arguments but the first of what opens a database. */
function connectSpans(text: string): Span[] {
  const spans: Span[] = [];
  const calls = /(?:mysqli?_p?connect|new\s{1,4}\\?(?:mysqli|PDO|Redis))\s{0,4}\(/gi;
  for (let match = calls.exec(text); match !== null; match = calls.exec(text)) {
    const start = match.index + match[0].length;
    const stop = Math.min(endOfLine(text, start), start + mostValue);
    let isFirst = true;
    for (let at = start; at < stop; at++) {
      const quote = text[at];
      if (quote !== '"' && quote !== "'") continue;
      const end = Math.min(stop, endOfQuoted(text, at + 1, quote));
      if (!isFirst && end > at + 1) spans.push({ start: at + 1, end });
      isFirst = false;
      at = end;
    }
    // Never looked at twice: a hostile text is nothing but such calls.
    calls.lastIndex = stop;
  }
  return spans;
}

/** `APP_KEY=…`, `password: …` in files of settings. */
function bareSpans(text: string): Span[] {
  const spans: Span[] = [];
  for (const match of text.matchAll(
    /^([ \t]{0,40}(?:export )?([A-Za-z_][\w.-]{0,80})[ \t]{0,8}[=:][ \t]{0,8})([^\r\n]*)/gm,
  )) {
    const [, lead = '', name = '', rest = ''] = match;
    const value = rest.trimEnd();
    if (!secretName.test(name) || plainValue.test(value)) continue;
    const start = match.index + lead.length;
    spans.push({ start, end: start + value.length });
  }
  return spans;
}

/** `scheme://user:password@host` */
function addressSpans(text: string): Span[] {
  return [...text.matchAll(/(:\/\/[^\s:/@'"]{0,100}:)([^\s@/'"]{1,200})@/g)].map(
    ({ index, 1: lead = '', 2: word = '' }) => ({
      start: index + lead.length,
      end: index + lead.length + word.length,
    }),
  );
}

/** `<password>…</password>` */
function tagSpans(text: string): Span[] {
  const spans: Span[] = [];
  for (const { index, 0: whole, 1: name = '', 2: value = '' } of text.matchAll(
    /<([\w:.-]{1,80})>([^<\r\n]{1,1000})<\//g,
  )) {
    if (!secretName.test(name) || plainValue.test(value)) continue;
    const start = index + whole.length - 2 - value.length;
    spans.push({ start, end: start + value.length });
  }
  return spans;
}

/** A private key's lines between its first and last one, or to the end where that is missing. */
function keySpans(text: string): Span[] {
  const spans: Span[] = [];
  const heads = /-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY[A-Z ]{0,20}-----/g;
  for (let match = heads.exec(text); match !== null; match = heads.exec(text)) {
    const start = match.index + match[0].length;
    const tail = text.indexOf('-----END', start);
    const end = tail < 0 ? text.length : tail;
    spans.push({ start, end });
    heads.lastIndex = end;
  }
  return spans;
}

/** Words that nobody typed: keys of payment providers, bare private keys, tokens. */
function randomSpans(text: string): Span[] {
  const spans: Span[] = [];
  for (const { index, 0: word } of text.matchAll(/[A-Za-z0-9+/=_-]{24,}/g)) {
    const letters = new Set(word).size;
    const isMixed = /\d/.test(word) && /[A-Z]/.test(word) && /[a-z]/.test(word) && letters >= 14;
    const isHex = word.length >= 32 && /^[0-9a-fA-F]+$/.test(word) && letters >= 8;
    if (isMixed || isHex) spans.push({ start: index, end: index + word.length });
  }
  return spans;
}

function endOfQuoted(text: string, start: number, quote: string): number {
  const limit = Math.min(text.length, start + mostValue);
  for (let at = start; at < limit; at++) {
    if (text[at] === '\\') at += 1;
    else if (text[at] === quote) return at;
  }
  return endOfLine(text, start);
}

function endOfLine(text: string, from: number): number {
  const end = text.indexOf('\n', from);
  return end < 0 ? text.length : end;
}

/** In order, those that touch as one. */
function merged(spans: readonly Span[]): Span[] {
  const joined: { start: number; end: number }[] = [];
  for (const { start, end } of [...spans].sort((a, b) => a.start - b.start)) {
    const last = joined.at(-1);
    if (last !== undefined && start <= last.end) last.end = Math.max(last.end, end);
    else joined.push({ start, end });
  }
  return joined;
}
