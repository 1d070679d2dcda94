import { statementsOf } from './sql-script.ts';

/**
 * The themes of the zoo in the words of MySQL 9: what it lacks is left out by name, what it only says otherwise is said so. An entry that
 * fits nothing any more fails, so the list stays as short as the truth.
 */
interface Lack {
  readonly theme: string;
  /** How the statement begins. */
  readonly statement: RegExp;
  readonly because: string;
}

interface Wording {
  readonly theme: string;
  readonly mariadb: string;
  readonly mysql: string;
  readonly because: string;
}

const table = (name: string) => new RegExp(`^(CREATE TABLE|INSERT INTO) ${name}\\b`);
const lacks = (theme: string, statement: RegExp, because: string): Lack => ({ theme, statement, because });
const says = (theme: string, mariadb: string, mysql: string, because: string): Wording => ({
  theme,
  mariadb,
  mysql,
  because,
});

/** Whole themes that MySQL has nothing of. */
export const themesOfMariadbAlone: Readonly<Record<string, string>> = {
  sequences: 'MySQL has no sequences',
  versioned: 'MySQL has no system-versioned tables',
};

export const lackingOnMysql: readonly Lack[] = [
  lacks('types', table('compressed_columns'), 'no COMPRESSED columns'),
  lacks('generated', table('periods'), 'no application-time periods'),
  lacks('generated', /^SET SESSION check_constraint_checks/, 'CHECKs are switched per constraint: see own.sql'),
  lacks('keys', table('long_unique'), 'no unique keys over whole texts'),
  lacks('keys', table('uuid_key'), 'no UUID and INET6'),
  lacks('keys', table('nopad(_bin)?'), 'no NOPAD collations of these names: see utf8mb4_0900 in own.sql'),
  lacks('names', /^CREATE SEQUENCE/, 'no sequences'),
  lacks(
    'names',
    /^CREATE TRIGGER `tri``gger/,
    'MySQL 9.7 itself refuses (3507) or garbles a trigger that names a column with a backtick behind a Chinese character',
  ),
  lacks('partitions', table('by_key_linear'), 'partitions only of InnoDB tables'),
  lacks('partitions', table('in_aria'), 'no Aria'),
  lacks(
    'partitions',
    table('fixed_format'),
    'MySQL says DYNAMIC of ROW_FORMAT = FIXED, and CHECKSUM TABLE takes what lies behind the values in memory in',
  ),
  lacks('objects', /^CREATE AGGREGATE FUNCTION/, 'no aggregate functions in SQL'),
  lacks('objects', /^(SET SESSION sql_mode = 'ORACLE'|CREATE PROCEDURE ora\()/, 'no ORACLE mode'),
  lacks('objects', /^(SET NAMES utf8mb4 COLLATE utf8mb4_nopad_bin|CREATE VIEW view_nopad)/, 'no such collation'),
  lacks(
    'objects',
    /^SET @(gbk|latin1|sjis|view_gbk|view_big5|trigger_gbk|event_gbk) =/,
    'no EXECUTE IMMEDIATE: authors.ts',
  ),
  lacks('objects', /^(EXECUTE IMMEDIATE @|SET NAMES (gbk|latin1|sjis|big5)\b)/, 'no EXECUTE IMMEDIATE: see authors.ts'),
];

export const wordedOnMysql: readonly Wording[] = [
  says('generated', 'PERSISTENT', 'STORED', 'MySQL never had the word'),
  says(
    'generated',
    'n int CHECK (n > 0), m int, CONSTRAINT `n, m` CHECK (n < m)',
    'n int CHECK (n > 0) NOT ENFORCED, m int, CONSTRAINT `n, m` CHECK (n < m) NOT ENFORCED',
    'rows that break an enforced check cannot be',
  ),
  says('types', '[1e400, 1.10', '[1e300, 1.10', 'its JSON has no 1e400'),
  says('keys', 'KEY ignored (i) IGNORED', 'KEY ignored (i) INVISIBLE', 'the same attribute'),
  says('partitions', 'PARTITION other DEFAULT', 'PARTITION other VALUES IN (-9, 1000000)', 'no DEFAULT partition'),
  says(
    'partitions',
    ' PAGE_COMPRESSED = 1 PAGE_COMPRESSION_LEVEL = 3',
    " COMPRESSION = 'zlib'",
    'its page compression',
  ),
  says('partitions', 'EXECUTE IMMEDIATE CONCAT', 'SET @wide = CONCAT', 'no EXECUTE IMMEDIATE'),
  says(
    'partitions',
    'INSERT INTO wide',
    'PREPARE wide FROM @wide; EXECUTE wide; INSERT INTO wide',
    'no EXECUTE IMMEDIATE',
  ),
  says('objects', ',TIME_ROUND_FRACTIONAL,EMPTY_STRING_IS_NULL,SIMULTANEOUS_ASSIGNMENT', '', 'no such modes'),
  says('across', " COMMENT 'it''s \\\\ a \"守护\" database'", '', 'databases have no comments'),
];

/** A theme's statements for MySQL. */
export function onMysql(theme: string, script: string): string[] {
  let text = script;
  for (const { mariadb, mysql } of wordedOnMysql.filter((each) => each.theme === theme)) {
    if (!text.includes(mariadb)) throw new Error(`${theme} does not say ${mariadb} any more`);
    text = text.replaceAll(mariadb, () => mysql);
  }
  const own = lackingOnMysql.filter((each) => each.theme === theme);
  const unused = new Set(own);
  const kept = statementsOf(inPlainFunctions(text)).filter((statement) => {
    const fitting = own.filter(({ statement: begins }) => begins.test(statement));
    for (const each of fitting) unused.delete(each);
    return fitting.length === 0;
  });
  for (const { statement } of unused) throw new Error(`${theme} has no statement ${statement.source} any more`);
  return kept;
}

/** MariaDB's tables of numbers (`seq_1_to_9`), and hashes that MySQL 9 no longer has, in what both know. */
export function inPlainFunctions(script: string): string {
  return script
    .replaceAll(/\bseq_(\d+)_to_(\d+)\b/g, (_, from: string, to: string) => numbers(Number(from), Number(to)))
    .replaceAll(/\bMD5\(([^()]+)\)/g, 'LEFT(SHA2($1, 256), 32)')
    .replaceAll(/\bSHA1\(([^()]+)\)/g, 'LEFT(SHA2($1, 256), 40)');
}

function numbers(from: number, to: number): string {
  const list = `CONCAT('[', REPEAT('0,', ${to - from}), '0]')`;
  return `(SELECT n + ${from - 1} AS seq FROM JSON_TABLE(${list}, '$[*]' COLUMNS (n FOR ORDINALITY)) AS counted) AS numbers`;
}
