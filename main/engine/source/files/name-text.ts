import { isUtf8 } from 'node:buffer';

const gbk = new TextDecoder('gbk', { fatal: true });

/**
 * A name or path for people: UTF-8 where it is that, else what it would be in GBK, else with `?` for what is no letter. A guess, never used to find a
 * file again.
 */
export function shownName(bytes: Uint8Array): string {
  // Name by name: one shop has both in one path. No character of GBK has a slash in it.
  const names = isUtf8(bytes) ? [bytes] : Buffer.from(bytes).toString('latin1').split('/').map(octets);
  return names.map((name) => plain(isUtf8(name) ? Buffer.from(name).toString('utf8') : asGbk(name))).join('/');
}

function octets(text: string): Buffer {
  return Buffer.from(text, 'latin1');
}

function asGbk(bytes: Uint8Array): string {
  try {
    return gbk.decode(bytes);
  } catch {
    // Neither of the two.
    return Buffer.from(bytes)
      .toString('latin1')
      .replace(/[^\x20-\x7e]/g, '?');
  }
}

/** Nothing of a name may steer a terminal or turn the text around it. */
function plain(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '?');
}
