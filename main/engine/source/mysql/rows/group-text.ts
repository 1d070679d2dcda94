import { TextDecoder } from 'node:util';

/** A longer value is no status and no product: it is counted with the rest. */
export const longestValueBytes = 100;

const encodings: ReadonlyMap<string, string> = new Map([
  ['gbk', 'gb18030'],
  ['gb2312', 'gb18030'],
  ['gb18030', 'gb18030'],
  ['big5', 'big5'],
  ['latin1', 'windows-1252'],
  ['utf16', 'utf-16be'],
  ['ucs2', 'utf-16be'],
  ['utf16le', 'utf-16le'],
]);

/** The text of a value as it stands in its column; octets that are no text of that character set as `0x…`. */
export function groupText(bytes: Uint8Array, charset: string | null): string {
  try {
    const encoding = encodings.get(charset ?? '') ?? 'utf-8';
    return new TextDecoder(encoding, { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    // Not text of that set: said as what it is.
    return `0x${Buffer.from(bytes).toString('hex')}`;
  }
}
