import { structuredPatch } from 'diff';
import type { TextHunk } from '../../../../shared/model/site-files.ts';

export interface TextDiff {
  readonly hunks: readonly TextHunk[];
  /** There is more than `mostLines`, or a line was longer than is shown. */
  readonly isCut: boolean;
}

/** Characters of a line that are shown. */
const mostLineLength = 1000;
/** Behind so many edits the search for the shortest way costs more than it shows: everything goes and everything comes. */
const mostEdits = 4000;

/** A unified diff, for people: nothing of a line can steer a terminal, turn the text around it, or be so long that it hides the rest. */
export function textDiff(before: string, after: string, mostLines: number): TextDiff {
  const isDos = [before, after].every((text) => text === '' || text.includes('\r\n'));
  const patch = structuredPatch('', '', before, after, undefined, undefined, { context: 3, maxEditLength: mostEdits });
  const hunks = patch?.hunks ?? whole(before, after);
  const shown: TextHunk[] = [];
  let [left, isCut] = [mostLines, false];
  for (const { oldStart, oldLines, newStart, newLines, lines } of hunks) {
    if (left <= 0) {
      isCut = true;
      break;
    }
    const some = lines.slice(0, left).map((line) => {
      const text = plainLine(isDos ? line.replace(/\r$/, '') : line);
      if (text.length <= mostLineLength) return text;
      isCut = true;
      return `${text.slice(0, mostLineLength)}…`;
    });
    isCut ||= some.length < lines.length;
    left -= some.length;
    // As git writes it: a side without lines begins before its first one.
    const start = (from: number, count: number) => (count === 0 ? Math.max(0, from - 1) : from);
    shown.push({
      oldStart: start(oldStart, oldLines),
      oldLines,
      newStart: start(newStart, newLines),
      newLines,
      lines: some,
    });
  }
  return { hunks: shown, isCut };
}

function whole(before: string, after: string) {
  const [old, now] = [linesOf(before), linesOf(after)];
  const lines = [...old.map((line) => `-${line}`), ...now.map((line) => `+${line}`)];
  return [{ oldStart: 1, oldLines: old.length, newStart: 1, newLines: now.length, lines }];
}

function linesOf(text: string): string[] {
  return text === '' ? [] : text.replace(/\n$/, '').split('\n');
}

function plainLine(line: string): string {
  return line.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (character) => {
    if (character === '\t') return character;
    return character === '\r' ? '␍' : `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;
  });
}
