import type { PrivateServer } from '../../../sandbox/index.ts';
import { runClient } from './zoo-server.ts';

/** A character set of the server under test with its collations. */
export interface ServerCharset {
  readonly name: string;
  readonly collations: readonly string[];
}

const samples = [
  '守护中文',
  'é ß ÿ Ž',
  'あソ表',
  '한글',
  'Привет',
  'Ωμέγα',
  'עברית',
  'ไทย',
  '😀🂡',
  'quote\' \\ "tab\t\n\r\0 end ',
  '',
  ' ',
  '\\N',
  'NULL',
];

/**
 * One table per character set, with every string type, every sample that the set can say, each of the 256 octets alone and each of the
 * two-octet sequences around a backslash or quote that begin a character in it; and one table per set with a unique key for
 * every collation.
 */
export function everyCharset(charsets: readonly ServerCharset[]): string {
  return [
    "CREATE DATABASE zoo_charsets CHARACTER SET utf8mb4; USE zoo_charsets; SET SESSION sql_mode = ''",
    ...charsets.flatMap((charset) => [...bytesTable(charset), ...collationsTables(charset)]),
    '',
  ].join(';\n');
}

function bytesTable({ name }: ServerCharset): string[] {
  const set = `CHARACTER SET ${name}`;
  const table = `\`bytes in ${name}\``;
  const text = `c char(12) ${set}, v varchar(60) ${set}, t text ${set}, l longtext ${set}, e enum('a', '', 'x') ${set}`;
  const columns = name === 'binary' ? 'c binary(12), v varbinary(60), t blob, l longblob, e int' : text;
  const values = samples.map(
    (sample, n) =>
      `(${n}, ${[1, 2, 3, 4].map(() => `CONVERT(_utf8mb4 x'${Buffer.from(sample).toString('hex')}' USING ${name})`).join(', ')}, ${n % 4})`,
  );
  return [
    `CREATE TABLE ${table} (id int PRIMARY KEY, ${columns})`,
    `INSERT IGNORE INTO ${table} VALUES ${values.join(', ')}, (99, NULL, NULL, NULL, NULL, NULL)`,
    // What is no character of the set becomes '?' or is cut off here; what is stored is compared octet by octet.
    `INSERT IGNORE INTO ${table} (id, v) SELECT 1000 + seq, UNHEX(LPAD(HEX(seq), 2, '0')) FROM seq_0_to_255`,
    `INSERT IGNORE INTO ${table} (id, v) SELECT 2000 + seq, UNHEX(CONCAT(LPAD(HEX(128 + seq DIV 3), 2, '0'), ELT(seq % 3 + 1, '5C', '27', '0A'))) FROM seq_0_to_383`,
  ];
}

/** At most 64 keys to a table, and a row must fit its page. */
const collationsPerTable = 60;

function collationsTables({ name, collations }: ServerCharset): string[] {
  if (name === 'binary') return [];
  const tables = Math.ceil(collations.length / collationsPerTable);
  return Array.from({ length: tables }, (_, n) => {
    const own = collations.slice(n * collationsPerTable, (n + 1) * collationsPerTable);
    return collationsTable(`\`collations of ${name}${n === 0 ? '' : ` ${n + 1}`}\``, name, own);
  }).flat();
}

function collationsTable(table: string, charset: string, collations: readonly string[]): string[] {
  const columns = collations.map(
    (collation) => `\`${collation}\` varchar(20) CHARACTER SET ${charset} COLLATE ${collation} NOT NULL`,
  );
  const keys = collations.map((collation) => `UNIQUE KEY (\`${collation}\`, id)`);
  const row = (id: number, sample: string) => `(${id}, ${collations.map(() => `'${sample}'`).join(', ')})`;
  return [
    `CREATE TABLE ${table} (id int PRIMARY KEY, ${[...columns, ...keys].join(', ')})`,
    `INSERT INTO ${table} VALUES ${[row(1, 'a'), row(2, 'A'), row(3, 'a '), row(4, ''), row(5, 'ss')].join(', ')}`,
  ];
}

export async function charsetsOf(server: PrivateServer): Promise<ServerCharset[]> {
  const output = await runClient(
    server,
    'SET SESSION group_concat_max_len = 1000000; SELECT CHARACTER_SET_NAME, GROUP_CONCAT(DISTINCT COLLATION_NAME ORDER BY COLLATION_NAME) FROM information_schema.COLLATIONS JOIN information_schema.CHARACTER_SETS USING (CHARACTER_SET_NAME) GROUP BY 1;\n',
  );
  return output
    .trimEnd()
    .split('\n')
    .map((line) => {
      const [name = '', collations = ''] = line.split('\t');
      return { name, collations: collations.split(',') };
    });
}
