/**
 * Text of others on its way to a terminal, a log or paper. Names of databases, tables, volumes, buckets and places come from servers, disks and people, and may
 * hold what steers a terminal (ECMA-48 control functions), turns the order of what stands beside it (Unicode UAX #9), shows nothing at all, or looks like
 * a line of ours. It is shown as what it is (`<U+001B>`), never obeyed and never left out in silence.
 */
const steering = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;
/** Joiners that emoji and some scripts are written with: they order nothing and hide nothing that has a width. */
const joiners: ReadonlySet<string> = new Set(['\u200c', '\u200d']);

/** One line, whatever is in it: a line break is shown as `↵`, a tab as a space. */
export function shownLine(text: string): string {
  return text.replaceAll('\r\n', '\n').replace(steering, (character) => {
    if (character === '\n') return '↵';
    return character === '\t' ? ' ' : visible(character);
  });
}

/** The same for a text that has lines of its own. */
export function shownText(text: string): string {
  return text.split(/\r?\n/).map(shownLine).join('\n');
}

function visible(character: string): string {
  if (joiners.has(character)) return character;
  return `<U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}>`;
}
