/**
 * Cuts a script as the stock client does: at the delimiter, which DELIMITER changes, and not inside quotes. Behind another delimiter than
 * `;` stand bodies, which may say anything: there only a delimiter at the end of a line counts. Comments between statements are dropped.
 */
export function statementsOf(script: string): string[] {
  const statements: string[] = [];
  let delimiter = ';';
  let at = 0;
  while (at < script.length) {
    at += /^(\s+|-- .*\n)*/.exec(script.slice(at))?.[0].length ?? 0;
    if (at === script.length) break;
    const [command, next] = /^DELIMITER (\S+)\n/.exec(script.slice(at)) ?? [];
    if (command !== undefined && next !== undefined) {
      delimiter = next;
      at += command.length;
      continue;
    }
    const end = delimiter === ';' ? endOfPlain(script, at) : script.indexOf(`${delimiter}\n`, at);
    if (end < 0) throw new Error(`no end: ${script.slice(at, at + 100)}`);
    statements.push(script.slice(at, end));
    at = end + delimiter.length;
  }
  return statements;
}

function endOfPlain(script: string, from: number): number {
  for (let at = from; at < script.length; at += 1) {
    const char = script[at] ?? '';
    if (char === ';') return at;
    if (script.startsWith('-- ', at)) {
      at = script.indexOf('\n', at);
      if (at < 0) return -1;
    }
    if (!/['"`]/.test(char)) continue;
    for (at += 1; at < script.length && script[at] !== char; at += 1) if (script[at] === '\\' && char !== '`') at += 1;
  }
  return -1;
}

/** The statements again as a script for the client. */
export function scriptOf(statements: readonly string[]): string {
  const delimiter = '$end$';
  return `DELIMITER ${delimiter}\n${statements.map((statement) => `${statement}\n${delimiter}\n`).join('')}`;
}
