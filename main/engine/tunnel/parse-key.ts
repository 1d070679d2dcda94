import ssh2, { type ParsedKey } from 'ssh2';

/** The first key in a private or public key file, or the library's reason why there is none. */
export function parseKey(text: string, passphrase?: string): ParsedKey | Error {
  // OpenSSH's form can hold several keys, which the library's types leave out.
  const parsed = ssh2.utils.parseKey(text, passphrase) as ParsedKey | Error | readonly ParsedKey[];
  if (!isList(parsed)) return parsed;
  return parsed[0] ?? new Error('the file holds no key');
}

function isList(parsed: ParsedKey | Error | readonly ParsedKey[]): parsed is readonly ParsedKey[] {
  return Array.isArray(parsed);
}
