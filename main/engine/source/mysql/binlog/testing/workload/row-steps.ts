import { bytes, decimal, json, moment, orNull, text } from './values.ts';
import { oneOf, times, type Scene, type Statement, type Step, type StepMaker } from './step.ts';

const ends = ['COMMIT', 'COMMIT', 'COMMIT', 'ROLLBACK'];

function transaction(
  scene: Scene,
  name: string,
  statements: readonly Statement[],
  end = scene.random.pick(ends),
): Step {
  return { name, statements: ['BEGIN', ...statements, end] };
}

function newUser(scene: Scene): { readonly id: number; readonly sql: string } {
  const id = scene.next();
  return {
    id,
    sql: `INSERT INTO users (id, name, balance) VALUES (${id}, ${text(scene.random)}, ${decimal(scene.random)})`,
  };
}

const order: StepMaker = (scene) => {
  const { random } = scene;
  const user = newUser(scene);
  const orders = times(1 + random.below(3), () => scene.next());
  const product = oneOf(scene, 'products');
  const end = random.pick(ends);
  if (end === 'COMMIT') {
    scene.own.users.push(user.id);
    scene.own.orders.push(...orders);
  }
  return transaction(
    scene,
    'order',
    [
      user.sql,
      ...orders.map(
        (id) =>
          `INSERT INTO orders (id, user_id, at, paid, status, note, total) VALUES (${id}, ${user.id}, NOW(6), ${orNull(random, () => 'NOW(3)')}, ${random.below(3) + 1}, ${orNull(random, text)}, ${random.below(1e6) / 100})`,
      ),
      ...times(
        random.below(4),
        () =>
          `INSERT INTO items (order_id, product_id, qty) VALUES (${random.pick(orders)}, ${product ?? 'NULL'}, ${random.below(9)})`,
      ),
      `UPDATE users SET balance = balance - 1.25 WHERE id = ${user.id}`,
    ],
    end,
  );
};

const product: StepMaker = (scene) => {
  const id = scene.next();
  scene.own.products.push(id);
  const { random } = scene;
  return {
    name: 'product',
    statements: [`INSERT INTO products VALUES (${id}, ${text(random)}, ${random.below(8)}, ${orNull(random, json)})`],
  };
};

/** MySQL logs what changed within a document, if it is told to. */
const document: StepMaker = (scene) => {
  const id = oneOf(scene, 'products');
  if (id === null) return product(scene);
  const changes = [
    `JSON_SET(attrs, '$.b.c', ${scene.random.below(1000)})`,
    `JSON_REPLACE(attrs, '$.a', '${'y'.repeat(scene.random.below(40))}')`,
    `JSON_REMOVE(attrs, '$.list[0]')`,
    json(scene.random),
  ];
  const sql = `UPDATE products SET attrs = ${scene.random.pick(changes)} WHERE id = ${id}`;
  if (scene.flavour !== 'mysql' || scene.random.below(2) === 0) return { name: 'document', statements: [sql] };
  const mode = (on: boolean) => `SET SESSION binlog_row_value_options = '${on ? 'PARTIAL_JSON' : ''}'`;
  return { name: 'partial document', statements: [mode(true), sql, mode(false)] };
};

const cascade: StepMaker = (scene) => {
  const id = oneOf(scene, 'users');
  if (id === null) return order(scene);
  scene.own.users.splice(scene.own.users.indexOf(id), 1);
  if (scene.random.below(2) === 0)
    return { name: 'cascading delete', statements: [`DELETE FROM users WHERE id = ${id}`] };
  const now = scene.next();
  scene.own.users.push(now);
  return { name: 'cascading update', statements: [`UPDATE users SET id = ${now} WHERE id = ${id}`] };
};

const withoutProduct: StepMaker = (scene) => {
  const id = oneOf(scene, 'products');
  if (id === null) return product(scene);
  scene.own.products.splice(scene.own.products.indexOf(id), 1);
  return { name: 'set null', alone: true, statements: [`DELETE FROM products WHERE id = ${id}`] };
};

const savepoints: StepMaker = (scene) => {
  const users = times(4, () => newUser(scene));
  const [a, b, c, d] = users as [(typeof users)[0], (typeof users)[0], (typeof users)[0], (typeof users)[0]];
  scene.own.users.push(a.id, d.id);
  const name = scene.random.pick(['s', '`保存 点`', '`x``y`']);
  return transaction(
    scene,
    'savepoints',
    [
      a.sql,
      `SAVEPOINT ${name}`,
      b.sql,
      `SAVEPOINT t`,
      c.sql,
      `ROLLBACK TO ${name}`,
      d.sql,
      `RELEASE SAVEPOINT ${name}`,
    ],
    'COMMIT',
  );
};

const kinds: StepMaker = (scene) => {
  const { random } = scene;
  const known = oneOf(scene, 'kinds');
  const values = [
    ...[
      orNull(random, () => String(random.below(256))),
      orNull(random, () => `${random.below(2 ** 31)}${random.below(2 ** 30)}`),
    ],
    ...[
      String((random.below(2 ** 31) - 2 ** 30) / 1024),
      String((random.below(2 ** 31) - 2 ** 30) / 7),
      orNull(random, decimal),
    ],
    ...[
      String(random.below(2 ** 19)),
      orNull(random, moment),
      orNull(random, moment),
      `'-${random.below(800)}:11:12.345'`,
    ],
    ...[
      String(1901 + random.below(255)),
      text(random),
      bytes(random),
      orNull(random, (r) => `REPEAT(${bytes(r)}, ${r.below(300)})`),
    ],
    ...[
      text(random),
      orNull(random, json),
      orNull(random, (r) => `ST_GeomFromText('POINT(${r.below(90)} ${r.below(90)})')`),
    ],
    orNull(random, (r) => String(r.below(2) + 1)),
  ];
  if (known !== null && random.below(3) === 0)
    return {
      name: 'kinds deleted',
      statements: [`DELETE FROM kinds WHERE id = ${scene.own.kinds.splice(scene.own.kinds.indexOf(known), 1)[0]}`],
    };
  if (known !== null && random.below(2) === 0) {
    const columns = ['i8', 'i64', 'f', 'd', 'n', 'b', 'dt', 'ts', 't', 'y', 'c', 'vb', 'bl', 'tx', 'j', 'g', 'e'];
    const chosen = columns.map((column, at) => `${column} = ${values[at]}`).filter(() => random.below(3) === 0);
    return {
      name: 'kinds changed',
      statements: [`UPDATE kinds SET ${['id = id', ...chosen].join(', ')} WHERE id = ${known}`],
    };
  }
  const id = scene.next();
  scene.own.kinds.push(id);
  return { name: 'kinds', statements: [`INSERT INTO kinds VALUES (${[id, ...values].join(', ')})`] };
};

const cards: StepMaker = (scene) => {
  const ids = times(1 + scene.random.below(12), () => scene.next());
  const sold = scene.own.cards.splice(0, scene.random.below(6));
  scene.own.cards.push(...ids);
  return transaction(
    scene,
    'cards',
    [
      `INSERT INTO cards (id, carmi) VALUES ${ids.map((id) => `(${id}, 'CARD-${scene.random.below(1e9)}')`).join(', ')}`,
      ...sold.map((id) => `UPDATE cards SET sold = 1 WHERE id = ${id}`),
    ],
    'COMMIT',
  );
};

/** Equal rows, of which some go. */
const withoutKey: StepMaker = (scene) => {
  const { random, session } = scene;
  const a = random.below(6) * 10 + session;
  const row = `(${a}, ${orNull(random, text)}, ${orNull(random, (r) => bytes(r, 20))})`;
  return {
    name: 'without a key',
    alone: true,
    statements: [
      random.pick([
        `INSERT INTO nopk VALUES ${row}, ${row}, (NULL, NULL, NULL)`,
        `UPDATE nopk SET b = ${text(random)} WHERE a = ${a} LIMIT 2`,
        `DELETE FROM nopk WHERE a = ${a} LIMIT 1`,
        'DELETE FROM nopk WHERE a IS NULL LIMIT 1',
        `INSERT INTO nullkey VALUES (NULL, ${text(random)}), (${scene.next()}, 'one'), (NULL, 'two')`,
        'UPDATE nullkey SET v = CONCAT(v, 1) WHERE u IS NULL LIMIT 2',
        'DELETE FROM nullkey WHERE u IS NOT NULL LIMIT 1',
      ]),
    ],
  };
};

const replaced: StepMaker = (scene) => {
  const { random } = scene;
  const key = `${random.pick(["'a'", "'Ä'", "'卡'", "'x y'"])}, ${random.below(4)}`;
  return {
    name: 'replaced',
    alone: true,
    statements: [
      random.pick([
        `REPLACE INTO pairs VALUES (${key}, ${text(random)}), (${key}, 'twice')`,
        `INSERT INTO pairs VALUES (${key}, ${text(random)}) ON DUPLICATE KEY UPDATE v = CONCAT(v, '+')`,
        `INSERT IGNORE INTO pairs VALUES (${key}, 'ignored')`,
        `UPDATE pairs SET b = b + 10 WHERE b < 10 ORDER BY b DESC LIMIT 2`,
        `DELETE FROM pairs WHERE b > 20`,
        `INSERT INTO computed (id, a) VALUES (${scene.next()}, ${random.below(100)})`,
        `UPDATE computed SET a = a + 1 WHERE v % 2 = 0`,
        `DELETE FROM computed WHERE s > 150`,
      ]),
    ],
  };
};

const mass: StepMaker = (scene) => ({
  name: 'mass',
  alone: true,
  statements: [
    scene.random.pick([
      'UPDATE orders SET total = total + 1',
      'UPDATE users SET balance = balance * 1.1 WHERE id % 3 = 1',
      'DELETE FROM audit WHERE id % 4 = 0',
      "UPDATE orders JOIN users ON users.id = orders.user_id SET orders.note = CONCAT(users.name, '!'), users.balance = users.balance + orders.total",
      'UPDATE kinds SET bl = CONCAT(bl, bl) WHERE LENGTH(bl) < 20000',
      'DELETE items, orders FROM items JOIN orders ON orders.id = items.order_id WHERE orders.id % 5 = 2',
    ]),
  ],
});

/** Its rows stay, whatever becomes of the transaction. MySQL with GTIDs refuses such a mixture. */
const withoutTransactions: StepMaker = (scene) => {
  const { random, flavour } = scene;
  const change = random.pick([
    `INSERT INTO old (v) VALUES (${text(random)}), ('b')`,
    'UPDATE old SET v = CONCAT(LEFT(v, 20), 1) WHERE id % 3 = 0',
    'DELETE FROM old WHERE id % 7 = 3',
  ]);
  if (flavour === 'mysql') return { name: 'MyISAM', statements: [change] };
  return transaction({ ...scene }, 'MyISAM', [newUser(scene).sql, change]);
};

const temporary: StepMaker = (scene) => {
  const user = newUser(scene);
  return {
    name: 'temporary table',
    statements: [
      'CREATE TEMPORARY TABLE scratch (id INT PRIMARY KEY, v TEXT) ENGINE=InnoDB',
      `INSERT INTO scratch VALUES (${user.id}, ${text(scene.random)})`,
      'INSERT INTO users (id, name) SELECT id, v FROM scratch',
      'DROP TEMPORARY TABLE scratch',
    ],
  };
};

const twoPhases: StepMaker = (scene) => {
  const { random, session } = scene;
  const id = `'${random.pick(['x', '交易', 'a b'])}${scene.next()}','${session}',${random.below(100)}`;
  const kept = newUser(scene);
  const end = random.pick(['COMMIT', 'COMMIT', 'ROLLBACK', 'ONE PHASE']);
  if (end !== 'ROLLBACK') scene.own.users.push(kept.id);
  return {
    name: `XA ${end}`,
    isXa: true,
    statements: [
      `XA START ${id}`,
      kept.sql,
      `INSERT INTO cards (id, carmi) VALUES (${scene.next()}, 'XA')`,
      `XA END ${id}`,
      ...(end === 'ONE PHASE' ? [`XA COMMIT ${id} ONE PHASE`] : [`XA PREPARE ${id}`, `XA ${end} ${id}`]),
    ],
  };
};

const numbers: StepMaker = (scene) =>
  scene.flavour === 'mysql'
    ? product(scene)
    : {
        name: 'sequence',
        statements: times(
          1 + scene.random.below(3),
          () => `INSERT INTO audit (what) VALUES (CONCAT('number ', NEXTVAL(numbers)))`,
        ),
      };

export const rowSteps: readonly StepMaker[] = [
  ...[order, order, order, product, document, document, cascade, savepoints, kinds, kinds, kinds, cards],
  ...[temporary, numbers],
];
export const rowStepsAlone: readonly StepMaker[] = [
  withoutTransactions,
  withoutKey,
  withoutKey,
  replaced,
  replaced,
  mass,
  withoutProduct,
];
export const xaSteps: readonly StepMaker[] = [twoPhases];
