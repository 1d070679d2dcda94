/**
 * The words of a recovery sheet as text: what a person types, what the sheet's QR code holds, and the sheet's own files. One reader
 * for page, command line and engine; `assets/recover/recover.mjs` has its own, because it may import nothing.
 */
export const sheetWordCount = 24;

const qrHead = 'SHOUHU-KIT-1';
const qrShape = /^\s*shouhu-kit-1:(main|vault):([0-9a-f-]{36}):(.*)$/s;

/**
 * `SHOUHU-KIT-1:MAIN:<repository uuid>:WORD WORD …`, all in capitals: a code of capitals, digits and colons needs a third fewer
 * modules than one of small letters, and every scanner gives it as text.
 */
export function sheetQr(key: 'main' | 'vault', repositoryId: string, englishWords: readonly string[]): string {
  return `${qrHead}:${key}:${repositoryId}:${englishWords.join(' ')}`.toUpperCase();
}

/**
 * The words meant by a text: those of a QR code, those typed (in lines, numbered or not; a Han character is a word), or, where that
 * gives not 24, the first list numbered from 1 to 24, as a sheet's text or page file has it. NFKD, small letters, in order. Anything
 * else comes back as the words that are there, for the caller to refuse.
 */
export function wordsOfSheet(text: string): string[] {
  const plain = text.normalize('NFKD').toLowerCase();
  const typed = wordsIn(qrShape.exec(plain)?.[3] ?? plain);
  return typed.length === sheetWordCount ? typed : (numberedList(plain) ?? typed);
}

function wordsIn(plain: string): string[] {
  // Every Han character is a word of its own; other letters make words as long as they run.
  return plain.match(/\p{Script=Han}|(?:(?!\p{Script=Han})[\p{Letter}\p{Mark}])+/gu) ?? [];
}

/** `1. word 2. word …` with exactly one word behind each number: the numbered steps of a sheet are sentences. */
function numberedList(plain: string): string[] | undefined {
  let list: string[] = [];
  for (const [, number, word] of plain.matchAll(
    /(?<!\d)(\d{1,2})\.\s*(\p{Script=Han}|[a-z]+)(?![\p{Letter}\p{Mark}])/gu,
  )) {
    if (Number(number) === 1) list = [];
    if (Number(number) === list.length + 1) list.push(word ?? '');
    if (list.length === sheetWordCount) return list;
  }
  return undefined;
}
