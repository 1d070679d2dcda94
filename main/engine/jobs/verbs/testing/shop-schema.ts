/** One statement each, as far as these files need it: no statement in them has a semicolon at the end of a line inside a text. */
export function statementsOf(sql: string, prefix: string): string[] {
  return sql
    .replaceAll('__PREFIX__', prefix)
    .replaceAll('${prefix}', prefix)
    .split(/;[ \t]*\r?\n/)
    .map((statement) => statement.replace(/^(?:\s*(?:--[^\n]*|#[^\n]*)?\n)+/, '').trim())
    .filter((statement) => /^(?:CREATE TABLE|ALTER TABLE)/i.test(statement));
}
