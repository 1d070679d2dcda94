import { secondDatabase, workDatabase } from './schema.ts';
import { decimal, text } from './values.ts';
import { times, type Scene, type SideTable, type Step, type StepMaker } from './step.ts';

const columnTypes = [
  "VARCHAR(80) CHARACTER SET utf8mb4 DEFAULT '卡'",
  'DECIMAL(10,3) NOT NULL DEFAULT 1.5',
  'DATETIME(3) NULL DEFAULT CURRENT_TIMESTAMP(3) ON UPDATE CURRENT_TIMESTAMP(3)',
  'TIMESTAMP NULL',
  'JSON NULL',
  'VARBINARY(30) NULL',
  "ENUM('x','y','中') NOT NULL DEFAULT 'y'",
  'BIGINT UNSIGNED NULL',
];

function alone(name: string, ...statements: readonly string[]): Step {
  return { name, statements, alone: true };
}

function fullName({ database, name }: SideTable): string {
  return `\`${database}\`.\`${name}\``;
}

function newName(scene: Scene): string {
  return `${scene.random.pick(['side', '表', 'with space', 'select'])}_${scene.next()}`;
}

const create: StepMaker = (scene) => {
  const { random, shared } = scene;
  const database = shared.hasSecond && random.below(4) === 0 ? secondDatabase : workDatabase;
  const isPartitioned = random.below(4) === 0;
  const table: SideTable = { database, name: newName(scene), extra: [], isPartitioned };
  shared.side.push(table);
  const from = random.below(3);
  const rows = `INSERT INTO ${fullName(table)} (id, v) VALUES ${times(1 + random.below(8), (n) => `(${n}, ${text(random)})`).join(', ')}`;
  const rest = isPartitioned ? ' PARTITION BY HASH (id) PARTITIONS 3' : '';
  if (from === 0 && !isPartitioned)
    return alone(
      'create select',
      `CREATE TABLE ${fullName(table)} (id INT NOT NULL, PRIMARY KEY (id)) ENGINE=InnoDB AS SELECT id, name AS v FROM ${workDatabase}.users`,
    );
  return alone(
    'create',
    `CREATE TABLE IF NOT EXISTS ${fullName(table)} (id INT PRIMARY KEY AUTO_INCREMENT, v TEXT CHARACTER SET utf8mb4) ENGINE=InnoDB COMMENT='it''s; -- one'${rest}`,
    rows,
  );
};

const change: StepMaker = (scene) => {
  const { random, shared } = scene;
  if (shared.side.length === 0) return create(scene);
  const table = random.pick(shared.side);
  const name = fullName(table);
  const fill = `UPDATE ${name} SET v = CONCAT(COALESCE(v, ''), ${text(random)}) WHERE id % 2 = 0`;
  const kind = random.below(9);
  if (kind < 3) {
    const column = `c${scene.next()}`;
    table.extra.push(column);
    return alone(
      'add column',
      `ALTER TABLE ${name} ADD COLUMN ${column} ${random.pick(columnTypes)} ${random.pick(['', 'FIRST', 'AFTER id'])}`,
      fill,
      `INSERT INTO ${name} (v) VALUES (${text(random)})`,
    );
  }
  if (kind === 3 && table.extra.length > 0) {
    const [column = ''] = table.extra.splice(random.below(table.extra.length), 1);
    return alone('drop column', `ALTER TABLE ${name} DROP COLUMN ${column}`, fill);
  }
  if (kind === 4)
    return alone(
      'modify',
      `ALTER TABLE ${name} MODIFY v ${random.pick(['MEDIUMTEXT CHARACTER SET utf8mb4', 'LONGTEXT CHARACTER SET utf8mb4', 'LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin'])}`,
      fill,
    );
  if (kind === 5) return alone('index', `CREATE INDEX \`k ${scene.next()}\` ON ${name} (v(10))`, fill);
  if (kind === 6) return alone('truncate', `TRUNCATE TABLE ${name}`, `INSERT INTO ${name} (v) VALUES ('after')`);
  if (kind === 7 && table.isPartitioned)
    return alone('truncate partition', `ALTER TABLE ${name} TRUNCATE PARTITION p1`, fill);
  if (kind === 8)
    return alone(
      'rebuild',
      `ALTER TABLE ${name} ENGINE=InnoDB, AUTO_INCREMENT = ${1000 + random.below(1000)}`,
      `INSERT INTO ${name} (v) VALUES ('big')`,
    );
  return alone('default', `ALTER TABLE ${name} COMMENT = ${text(random)}`);
};

const rename: StepMaker = (scene) => {
  const { random, shared } = scene;
  const [a, b] = [shared.side[0], shared.side[1]];
  if (a === undefined || b === undefined) return create(scene);
  if (random.below(2) === 0) {
    const [one, two] = [fullName(a), fullName(b)];
    const aside = `\`${workDatabase}\`.swap_${scene.next()}`;
    const both = { a: { ...a }, b: { ...b } };
    // The columns go with the tables; the names stay.
    shared.side[0] = { ...both.b, database: both.a.database, name: both.a.name };
    shared.side[1] = { ...both.a, database: both.b.database, name: both.b.name };
    return alone(
      'swap',
      `RENAME TABLE ${one} TO ${aside}, ${two} TO ${one}, ${aside} TO ${two}`,
      `INSERT INTO ${one} (v) VALUES ('swapped')`,
    );
  }
  const table = random.pick(shared.side);
  const before = fullName(table);
  table.name = newName(scene);
  return alone(
    'rename',
    random.pick([`RENAME TABLE ${before} TO ${fullName(table)}`, `ALTER TABLE ${before} RENAME TO ${fullName(table)}`]),
    `INSERT INTO ${fullName(table)} (v) VALUES (${text(random)})`,
  );
};

const drop: StepMaker = (scene) => {
  const { shared, random } = scene;
  if (shared.side.length < 3) return create(scene);
  const gone = shared.side.splice(random.below(shared.side.length - 1), 1 + random.below(2));
  return alone('drop', `DROP TABLE ${random.pick(['', 'IF EXISTS '])}${gone.map(fullName).join(', ')}`);
};

const view: StepMaker = (scene) => {
  const { shared, random } = scene;
  const name = random.pick(['seen', '看']);
  if (shared.views.includes(name) && random.below(2) === 0) {
    shared.views.splice(shared.views.indexOf(name), 1);
    return alone('drop view', `DROP VIEW ${name}`);
  }
  if (!shared.views.includes(name)) shared.views.push(name);
  return alone(
    'view',
    `CREATE OR REPLACE ${random.pick(['', 'SQL SECURITY INVOKER ', 'ALGORITHM=MERGE '])}VIEW ${name} AS SELECT u.id, u.name, o.total, '字' AS c FROM users u JOIN orders o ON o.user_id = u.id WHERE o.total > ${random.below(99)}`,
  );
};

const trigger: StepMaker = (scene) => {
  const { random } = scene;
  return alone(
    'trigger',
    'DROP TRIGGER IF EXISTS cards_out',
    `CREATE TRIGGER cards_out ${random.pick(['AFTER', 'BEFORE'])} DELETE ON cards FOR EACH ROW BEGIN INSERT INTO audit (what) VALUES (CONCAT('卡 ', OLD.id, ' ${scene.next()}')); /* ; */ UPDATE pairs SET v = 'gone' WHERE b = OLD.id % 4; END`,
    'DELETE FROM cards ORDER BY id LIMIT 2',
  );
};

const routine: StepMaker = (scene) => {
  const { random, shared } = scene;
  const name = `p_${random.below(3)}`;
  const begin = shared.routines.includes(name) ? [`DROP PROCEDURE ${name}`] : [];
  if (!shared.routines.includes(name)) shared.routines.push(name);
  return alone(
    'routine',
    ...begin,
    `CREATE PROCEDURE ${name}(IN wanted INT, INOUT s VARCHAR(30)) ${random.pick(['', 'SQL SECURITY INVOKER'])} BEGIN DECLARE i INT DEFAULT 0; WHILE i < wanted DO INSERT INTO audit (what) VALUES (CONCAT(s, i, '${scene.next()}')); SET i = i + 1; END WHILE; UPDATE products SET title = s ORDER BY id LIMIT 1; END`,
    "SET @s = '做'",
    `CALL ${name}(${random.below(5)}, @s)`,
  );
};

const second: StepMaker = (scene) => {
  const { shared } = scene;
  if (!shared.hasSecond) {
    shared.hasSecond = true;
    return alone(
      'create database',
      `CREATE DATABASE ${secondDatabase} CHARACTER SET ${scene.random.pick(['gbk', 'utf8mb4', 'latin1'])}`,
      // One without a table cannot be kept.
      `CREATE TABLE ${secondDatabase}.always (id INT PRIMARY KEY) ENGINE=InnoDB`,
    );
  }
  if (scene.random.below(3) > 0)
    return alone(
      'alter database',
      `ALTER DATABASE ${secondDatabase} CHARACTER SET ${scene.random.pick(['gbk', 'utf8mb4'])}`,
    );
  shared.hasSecond = false;
  const left = shared.side.filter(({ database }) => database !== secondDatabase);
  shared.side.splice(0, shared.side.length, ...left);
  return alone('drop database', `DROP DATABASE ${secondDatabase}`);
};

const shopChange: StepMaker = (scene) => {
  const column = `extra_${scene.next()}`;
  return alone(
    'shop altered',
    `ALTER TABLE orders ADD COLUMN ${column} ${scene.random.pick(columnTypes)}`,
    `UPDATE orders SET note = ${text(scene.random)} WHERE id % 2 = 1`,
    `ALTER TABLE orders DROP COLUMN ${column}, MODIFY total DECIMAL(${12 + scene.random.below(6)},2)`,
    `UPDATE orders SET total = ${decimal(scene.random)} WHERE id % 7 = 1`,
  );
};

const keys: StepMaker = (scene) => {
  const parent = `parent_${scene.next()}`;
  const child = `child_${scene.next()}`;
  return alone(
    'foreign key',
    `CREATE TABLE ${parent} (id INT PRIMARY KEY) ENGINE=InnoDB`,
    `CREATE TABLE ${child} (id INT PRIMARY KEY, p INT, CONSTRAINT f_${child} FOREIGN KEY (p) REFERENCES ${parent} (id) ON DELETE ${scene.random.pick(['CASCADE', 'SET NULL'])}) ENGINE=InnoDB`,
    `INSERT INTO ${parent} VALUES (1), (2), (3)`,
    `INSERT INTO ${child} VALUES (1, 1), (2, 1), (3, 2), (4, NULL)`,
    'SET foreign_key_checks = 0',
    `INSERT INTO ${child} VALUES (5, 99)`,
    `UPDATE ${parent} SET id = 30 WHERE id = 3`,
    'SET foreign_key_checks = 1',
    `DELETE FROM ${parent} WHERE id = 1`,
    ...(scene.random.below(2) === 0
      ? [`ALTER TABLE ${child} DROP FOREIGN KEY f_${child}`, `DROP TABLE ${parent}`]
      : []),
  );
};

export const ddlSteps: readonly StepMaker[] = [
  ...[create, create, change, change, change, change, rename, rename, drop, view, trigger, routine, second, second],
  ...[shopChange, keys],
];
