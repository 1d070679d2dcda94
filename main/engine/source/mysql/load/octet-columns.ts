import type { Column, TableSchema } from '../../../../../shared/model/database.ts';
import { columnEntry, keyKind, rebuiltDdl, significant, type Entry } from './ddl-split.ts';
import { nameIn, type Token } from './sql-tokens.ts';

/** A table with some text columns as octets. */
export interface OctetTable {
  readonly schema: TableSchema;
  /** How each of the columns was defined, as it stands in the DDL: what turns it back. */
  readonly definitions: ReadonlyMap<string, string>;
  /** Generated columns whose expressions read one of them: LOWER and the like leave octets alone. */
  readonly generated: readonly string[];
  /** Keys that octets cannot have. */
  readonly leftOut: readonly string[];
}

/** What each type of text becomes. `assets/recover/recover.mjs` has the same list: it may import nothing. */
export const octetTypes: Readonly<Record<string, string>> = {
  char: 'varbinary',
  varchar: 'varbinary',
  tinytext: 'tinyblob',
  text: 'blob',
  mediumtext: 'mediumblob',
  longtext: 'longblob',
};

/** Octets of the longest character. Sets that are not here have one. */
const charBytes: Readonly<Record<string, number>> = {
  utf8mb4: 4,
  utf8mb3: 3,
  utf8: 3,
  gb18030: 4,
  utf16: 4,
  utf16le: 4,
  utf32: 4,
  ujis: 3,
  eucjpms: 3,
  ucs2: 2,
  gbk: 2,
  gb2312: 2,
  big5: 2,
  sjis: 2,
  cp932: 2,
  euckr: 2,
};

const mostVarbinaryBytes = 65_535;

/**
 * The table with the columns `names` as VARBINARY or BLOB that hold the same octets, for values that are no text of their own
 * character set: no server takes those into a text column again. CHAR becomes VARBINARY too, because BINARY would pad. Keys stay over as
 * many octets as their characters could have; FULLTEXT keys are left out. Null when one of the columns is none of the kind, or the DDL
 * is not understood.
 */
export function withOctetColumns(schema: TableSchema, names: ReadonlySet<string>): OctetTable | null {
  const definitions = new Map<string, string>();
  const widths = new Map<string, number>();
  const types = new Map<string, string>();
  const leftOut: string[] = [];
  const generated: string[] = [];
  const ddl = rebuiltDdl(schema.ddl, (entry) => {
    const name = columnEntry(entry);
    if (name === null || !names.has(name)) return entry.text;
    const stored = schema.columns.find((column) => column.name === name);
    const twin = octetTwin(entry, charsetOf(entry, stored));
    if (twin === null) return entry.text;
    definitions.set(name, entry.text);
    widths.set(name, twin.charBytes);
    types.set(name, twin.type);
    return twin.text;
  });
  if (ddl === null || [...names].some((name) => !definitions.has(name))) return null;
  const withKeys = rebuiltDdl(ddl, (entry) => {
    const column = columnEntry(entry);
    if (
      column !== null &&
      isGenerated(entry) &&
      namesIn(entry)
        .slice(1)
        .some((name) => widths.has(name))
    )
      generated.push(column);
    const kind = keyKind(entry);
    if (kind === null || !namesIn(entry).some((name) => widths.has(name))) return entry.text;
    if (kind === 'fulltext') {
      leftOut.push(entry.text);
      return null;
    }
    return kind === 'foreign' ? entry.text : withWiderPrefixes(entry, widths);
  });
  if (withKeys === null) return null;
  const columns = schema.columns.map((column) => {
    const type = types.get(column.name);
    if (type === undefined) return column;
    return { ...column, dataType: type.replace(/\(.*/, ''), columnType: type, charset: null, collation: null };
  });
  return { schema: { ...schema, ddl: withKeys, columns }, definitions, generated, leftOut };
}

interface Twin {
  readonly text: string;
  readonly type: string;
  readonly charBytes: number;
}

/** `` `name` varchar(20) CHARACTER SET x COLLATE y … `` with a type for octets. Null: no text. */
function octetTwin({ tokens }: Entry, charset: string): Twin | null {
  const places = tokens.flatMap((token, index) => (token.kind === 'space' || token.kind === 'comment' ? [] : [index]));
  const at = (place: number) => tokens[places[place] ?? -1];
  const type = octetTypes[at(1)?.text.toLowerCase() ?? ''];
  if (type === undefined) return null;
  const perChar = charBytes[charset] ?? 1;
  const isSized = at(2)?.text === '(';
  const bytes = Math.min(Number(isSized ? at(3)?.text : 1) * perChar, mostVarbinaryBytes);
  const full = type === 'varbinary' ? `varbinary(${bytes})` : type;
  const gone = new Set<number>();
  const drop = (from: number, to: number) => {
    for (let index = places[from] as number; index <= (places[to] as number); index += 1) gone.add(index);
  };
  if (isSized) drop(2, 4);
  let place = isSized ? 5 : 2;
  for (; place < places.length; place += 1) {
    const word = at(place)?.text.toUpperCase();
    if (word === 'CHARACTER' && at(place + 1)?.text.toUpperCase() === 'SET') drop(place, (place += 2));
    else if (word === 'COLLATE') drop(place, (place += 1));
    else break;
  }
  const changed = new Map([[places[1] as number, full]]);
  for (; place < places.length; place += 1) {
    const token = at(place);
    if (token?.text.toUpperCase() !== 'DEFAULT') continue;
    const value = at(place + 1);
    const octets = value?.kind === 'string' ? defaultIn(charset, value) : null;
    if (octets !== null) changed.set(places[place + 1] as number, octets);
    break;
  }
  const text = tokens.map((token, index) => (gone.has(index) ? '' : (changed.get(index) ?? token.text))).join('');
  return {
    text: text.trim().replace(/ {2,}(?=(?:NOT NULL|DEFAULT|COMMENT|GENERATED|CHECK|NULL)\b)/g, ' '),
    type: full,
    charBytes: perChar,
  };
}

/** A default is written in UTF-8 and stored in the column's set. Null: both are the same octets. */
function defaultIn(charset: string, value: Token): string | null {
  const isAscii = !/[\u0080-\uffff]/.test(value.text);
  if (charset.startsWith('utf8') || (isAscii && !/^(ucs2|utf16|utf16le|utf32)$/.test(charset))) return null;
  return `(CAST(CONVERT(${value.text} USING ${charset}) AS BINARY))`;
}

function charsetOf({ text }: Entry, stored: Column | undefined): string {
  if (stored?.charset !== undefined && stored.charset !== null) return stored.charset;
  // A generated column holds nothing of its own and is not described: its definition says so itself, or the widest is meant.
  return /CHARACTER SET (\w+)/.exec(text)?.[1] ?? /COLLATE ([a-z0-9]+)_/.exec(text)?.[1] ?? 'utf8mb4';
}

function isGenerated({ tokens }: Entry): boolean {
  return tokens.some(({ kind, text }) => kind === 'word' && text === 'GENERATED');
}

function namesIn({ tokens }: Entry): string[] {
  return significant(tokens).flatMap((token) => (token.kind === 'name' ? [nameIn(token)] : []));
}

/** A prefix counts characters of text, and octets of octets. */
function withWiderPrefixes({ tokens, text }: Entry, widths: ReadonlyMap<string, number>): string {
  const solid = significant(tokens);
  const wider = new Map<Token, string>();
  solid.forEach((token, index) => {
    const width = token.kind === 'name' ? widths.get(nameIn(token)) : undefined;
    const length = solid[index + 2];
    if (width === undefined || solid[index + 1]?.text !== '(' || length === undefined) return;
    if (/^\d+$/.test(length.text)) wider.set(length, String(Number(length.text) * width));
  });
  if (wider.size === 0) return text;
  return tokens
    .map((token) => wider.get(token) ?? token.text)
    .join('')
    .trim();
}
