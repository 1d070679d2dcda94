import type { AccountName } from '../../../../../shared/model/accounts.ts';
import { nameIn, tokenize, type Token } from '../load/sql-tokens.ts';

/** Reads the server's own statements about accounts, word by word. Sessions have sql_mode '': names are in backticks, texts in quotes. */
export class AccountTokens {
  readonly #tokens: readonly Token[];
  #at = 0;

  private constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  /** Null for text that does not end where its quotes do, or that holds a comment. */
  static of(text: string): AccountTokens | null {
    const tokens = tokenize(text);
    if (tokens === null || tokens.some(({ kind }) => kind === 'comment')) return null;
    return new AccountTokens(tokens.filter(({ kind }) => kind !== 'space'));
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#tokens.length;
  }

  peek(ahead = 0): Token | undefined {
    return this.#tokens[this.#at + ahead];
  }

  next(): Token | undefined {
    const token = this.peek();
    this.#at += 1;
    return token;
  }

  /** Takes these words or marks when they are next. */
  take(...texts: readonly string[]): boolean {
    const isNext = texts.every((text, ahead) => {
      const token = this.peek(ahead);
      return (token?.kind === 'word' || token?.kind === 'mark') && token.text.toUpperCase() === text;
    });
    if (isNext) this.#at += texts.length;
    return isNext;
  }

  /** True when these words stand one behind the other anywhere ahead, outside of names and texts. */
  hasAhead(...words: readonly string[]): boolean {
    const rest = this.#tokens.slice(this.#at);
    return rest.some((_, index) =>
      words.every((word, ahead) => {
        const token = rest[index + ahead];
        return token?.kind === 'word' && token.text.toUpperCase() === word;
      }),
    );
  }

  /** A name in backticks or quotes, or a bare word; null when something else is next. */
  name(): string | null {
    const token = this.peek();
    if (token === undefined || token.kind === 'mark') return null;
    this.#at += 1;
    return token.kind === 'string' ? textIn(token.text) : nameIn(token);
  }

  /** `` `shop`@`localhost` ``, or a name alone. */
  account(): AccountName | null {
    const user = this.name();
    if (user === null || !this.take('@')) return user === null ? null : { user, host: null };
    const host = this.name();
    return host === null ? null : { user, host };
  }

  /** One or more of what `read` reads, with commas between; null when one of them cannot be read. */
  list<T>(read: () => T | null): T[] | null {
    const all: T[] = [];
    do {
      const one = read();
      if (one === null) return null;
      all.push(one);
    } while (this.take(','));
    return all;
  }
}

/** What a text in quotes says. */
function textIn(quoted: string): string {
  const quote = quoted[0] ?? '';
  return quoted
    .slice(1, -1)
    .replaceAll(quote + quote, quote)
    .replace(/\\(.)/gs, '$1');
}
