import { isUtf8 } from 'node:buffer';

export interface FileText {
  readonly encoding: 'utf-8' | 'gbk' | 'utf-16';
  readonly text: string;
}

const labels = { gbk: 'gb18030', 'utf-16': 'utf-16le' } as const;

/**
 * A file as text, or null where it is none. UTF-8 is certain where it fits; GBK is what Chinese shops have besides, and a guess. A byte order mark stays: one that
 * came by itself breaks a PHP site.
 */
export function textOfFile(bytes: Uint8Array): FileText | null {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return decoded('utf-16', bytes);
  if (bytes.some(isControl)) return null;
  if (isUtf8(bytes)) return { encoding: 'utf-8', text: Buffer.from(bytes).toString('utf8') };
  return decoded('gbk', bytes);
}

/** No text has these; tab, line ends, form feed and escape (of logs) are left. */
function isControl(byte: number): boolean {
  return byte < 0x20 && byte !== 0x09 && byte !== 0x0a && byte !== 0x0d && byte !== 0x0c && byte !== 0x1b;
}

function decoded(encoding: keyof typeof labels, bytes: Uint8Array): FileText | null {
  try {
    const decoder = new TextDecoder(labels[encoding], { fatal: true, ignoreBOM: true });
    return { encoding, text: decoder.decode(bytes) };
  } catch {
    // Not this encoding either: no text.
    return null;
  }
}
