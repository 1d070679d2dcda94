import { secondDatabase, workDatabase } from './schema.ts';
import { text } from './values.ts';
import { times, type Statement, type StepMaker } from './step.ts';

/** Statements that are logged as text: what they were told beforehand has to be told again. They run alone, or their order in the log could be another. */
function byText(name: string, format: string, ...statements: readonly Statement[]) {
  return {
    name: `${format} ${name}`,
    alone: true,
    statements: [
      'SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ',
      `SET SESSION binlog_format = ${format}`,
      ...statements,
      'SET SESSION binlog_format = ROW',
      'SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED',
    ],
  };
}

const formats = ['STATEMENT', 'STATEMENT', 'MIXED'];

const numbers: StepMaker = ({ random }) =>
  byText(
    'numbers',
    random.pick(formats),
    'BEGIN',
    `INSERT INTO audit (what) VALUES (CONCAT('n ', RAND(), NOW(6), CONNECTION_ID() > 0)), ('second')`,
    'INSERT INTO audit (what) VALUES (LAST_INSERT_ID())',
    `UPDATE audit SET what = CONCAT(what, LAST_INSERT_ID()) WHERE id = LAST_INSERT_ID()`,
    random.pick(['COMMIT', 'ROLLBACK']),
    `INSERT INTO users (name, balance) VALUES (${text(random)}, RAND() * 100)`,
  );

const variables: StepMaker = ({ random }) =>
  byText(
    'variables',
    random.pick(formats),
    `SET @\`变 量\` = ${text(random)}, @i = -${random.below(2 ** 31)}, @big = 18446744073709551615, @d = 1234567890.0987654321, @f = ${random.below(1000)} / 7e0, @b = x'00ff27', @n = NULL, @l = _latin1'caf\\u00e9' COLLATE latin1_bin`,
    'INSERT INTO kinds (id, i64, n, d, vb, tx) VALUES (@i, @big, @d, @f, @b, @`变 量`) ON DUPLICATE KEY UPDATE d = @f',
    "INSERT INTO audit (what) VALUES (CONCAT_WS('|', @i, @big, @d, @f, @n, @l, @`变 量`, COLLATION(@l), CHARSET(@b)))",
    'SET @i = @i + 1',
    'UPDATE pairs SET v = CONCAT(v, @i) WHERE b < 3 ORDER BY a, b',
  );

const settings: StepMaker = ({ random, next }) =>
  byText(
    'settings',
    random.pick(formats),
    `SET time_zone = '${random.pick(['+08:00', '-03:30'])}', sql_mode = 'ANSI_QUOTES,NO_BACKSLASH_ESCAPES,PIPES_AS_CONCAT', auto_increment_increment = 7, auto_increment_offset = 3, lc_time_names = 'zh_CN'`,
    `INSERT INTO "audit" ("what", at) VALUES ('back\\slash ' || DAYNAME('2026-11-23') || NOW(), '2020-06-01 12:00:00')`,
    `CREATE TABLE "ansi ${next()}" (id INT PRIMARY KEY AUTO_INCREMENT, t TIMESTAMP DEFAULT CURRENT_TIMESTAMP, v VARCHAR(20) DEFAULT 'a\\b') ENGINE=InnoDB`,
    "SET time_zone = '+00:00', sql_mode = '', auto_increment_increment = 1, auto_increment_offset = 1, lc_time_names = 'en_US'",
  );

/** The octets of this text are pairs, which the server takes for GBK. */
const hanzi: StepMaker = ({ random, shared }) =>
  byText(
    'GBK',
    random.pick([...formats, 'ROW']),
    ...(shared.hasSecond ? [`USE ${secondDatabase}`] : []),
    'SET character_set_client = gbk, collation_connection = gbk_chinese_ci',
    `INSERT INTO ${workDatabase}.hanzi (v, l) VALUES ('卡密卡密', 'x${random.below(99)}')`,
    'SET NAMES utf8mb4',
    `USE ${workDatabase}`,
  );

const temporary: StepMaker = ({ random }) =>
  byText(
    'temporary table',
    random.pick(formats),
    'CREATE TEMPORARY TABLE scratch2 (id INT PRIMARY KEY, v VARCHAR(60)) ENGINE=InnoDB',
    `INSERT INTO scratch2 VALUES (1, ${text(random)}), (2, 'two')`,
    'INSERT INTO audit (what) SELECT v FROM scratch2 ORDER BY id',
    'DROP TEMPORARY TABLE scratch2',
  );

const files: StepMaker = ({ random, next, own }) => {
  const rows = times(20 + random.below(random.pick([30, 2000])), () => next());
  own.cards.push(...rows);
  const lines = rows.map((id) => `${id}\tL\\t${id}-卡\n`).join('');
  return byText(
    'LOAD DATA',
    random.pick(['STATEMENT', 'STATEMENT', 'ROW']),
    {
      load: "LOAD DATA LOCAL INFILE 'FILE' INTO TABLE cards CHARACTER SET utf8mb4 (id, @x) SET carmi = CONCAT(@x, '!')",
      text: lines,
    },
    {
      load: `LOAD DATA LOCAL INFILE 'FILE' ${random.pick(['REPLACE', 'IGNORE'])} INTO TABLE pairs CHARACTER SET utf8mb4 FIELDS TERMINATED BY ',' (a, b, v)`,
      text: `a,1,loaded\n卡,2,${random.below(100)}\na,1,again\n`,
    },
  );
};

const procedures: StepMaker = ({ random, shared }) => {
  const name = shared.routines[0];
  const format = random.pick(formats);
  return byText(
    'procedure',
    format,
    "SET @s = 'by text'",
    ...(name === undefined ? [] : [`CALL ${name}(2, @s)`]),
    // As text nothing says which number the trigger's own row gets: servers call that unsafe, and replicas differ.
    ...(format === 'MIXED' ? ["INSERT INTO orders (note, at) VALUES ('with a trigger', NOW(6))"] : []),
    'DELETE FROM audit WHERE id % 11 = 0',
    'INSERT INTO audit (what) SELECT CONCAT(name, id) FROM users WHERE id % 9 = 0 ORDER BY id',
  );
};

export const textSteps: readonly StepMaker[] = [
  numbers,
  numbers,
  variables,
  settings,
  hanzi,
  temporary,
  files,
  files,
  procedures,
];
