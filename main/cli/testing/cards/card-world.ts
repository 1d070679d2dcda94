import { mkdir, readdir, readFile, stat } from 'node:fs/promises';
import { relative, sep } from 'node:path';
import { expect } from 'vitest';
import { seededRandom } from '../../../engine/backend/testing/model-disk/seeded-random.ts';
import { demoTables } from '../../../engine/demo/shop-schema.ts';
import type { PrivateServer } from '../../../engine/sandbox/index.ts';
import { createConnection } from 'mysql2/promise';
import { bucket, filesBelow, query, secretEnv, until, type CliRig, type Ended, type World } from '../cli-rig.ts';
import { CardSearch, type FoundCard } from './card-search.ts';
import { makeCards, type Card } from './make-cards.ts';
import { keysOfThief, openWithMainKey } from './open-with-main-key.ts';
import { cardsBelow } from './written-bytes.ts';

interface Looked {
  readonly found: { readonly where: string; readonly encoding: string; readonly card: string }[];
  readonly files: number;
  readonly bytes: number;
}

/** An empty table is a sixth of a megabyte. */
const filledBytes = 500_000;

type Copy = readonly [place: string, names: readonly string[], read: (name: string) => Promise<Buffer>];

/** How a shop's table of codes looks whose key is the code itself. */
const vouchers = `CREATE TABLE vouchers (code varchar(191) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL, used tinyint NOT NULL DEFAULT 0,
  PRIMARY KEY (code)) ENGINE=InnoDB`;
/** A pool without any key, as older shops have it. */
const pool = `CREATE TABLE pool (note varchar(50), secret text CHARACTER SET utf8mb4) ENGINE=InnoDB`;

export const secretFlags = ['--secret', 'vouchers.code', '--secret', 'pool.secret'];

/**
 * A shop whose every card is known, a home beside it, and a search through all that was written: home with catalog and logs, copies on disk and in a bucket,
 * temporary folders, what commands printed; and, as whoever has the main passphrase sees them, the insides of all objects.
 */
export class CardWorld {
  readonly database: string;
  readonly cards: readonly Card[];
  readonly search: CardSearch;
  readonly #rig: CliRig;
  readonly world: World;
  readonly #printed: string[] = [];
  /** Files that hold cards because their owner asked for them. */
  readonly askedFor = new Set<string>();
  #orders = 0;
  #passwordThere = '';
  #used = 0;

  private constructor(rig: CliRig, world: World, database: string, count: number, seed: number) {
    this.#rig = rig;
    this.world = world;
    this.database = database;
    this.cards = makeCards(count, seededRandom(seed));
    this.search = new CardSearch(this.cards);
  }

  static async open(rig: CliRig, database: string, count: number, seed: number): Promise<CardWorld> {
    const world = await rig.bare();
    await mkdir(world.path('tmp'));
    const there = await rig.otherServer();
    const made = new CardWorld(rig, world, database, count, seed);
    made.#passwordThere = there.password;
    await query(
      rig.server,
      [
        `CREATE DATABASE ${database} DEFAULT CHARACTER SET utf8mb4; USE ${database}`,
        ...demoTables,
        vouchers,
        pool,
      ].join(';'),
    );
    return made;
  }

  get dir(): string {
    return this.world.dir;
  }

  path(name: string): string {
    return this.world.path(name);
  }

  start(...args: string[]) {
    const started = this.world.start(args, {
      env: { TMPDIR: this.path('tmp'), DBTHERE: this.#passwordThere },
    });
    return { ...started, ended: started.ended.then((ended) => this.#hear(ended)) };
  }

  async run(...args: string[]): Promise<Ended> {
    return this.start(...args).ended;
  }

  async well(...args: string[]): Promise<Ended> {
    const ended = await this.run(...args);
    expect(ended.exitCode, `${args.join(' ')}: ${ended.stdout}${ended.stderr}`).toBe(0);
    return ended;
  }

  #hear(ended: Ended): Ended {
    this.#printed.push(ended.stdout, ended.stderr);
    return ended;
  }

  /** New stock: of ten cards eight into the table that the preset knows, one into each of the others. */
  async stock(count: number): Promise<void> {
    const added = this.#take(count);
    await this.#with(async (send) => {
      for (const [at, { text }] of added.entries()) {
        if (at % 10 === 8) await send('INSERT INTO vouchers (code) VALUES (?)', [text.slice(0, 180)]);
        else if (at % 10 === 9) await send('INSERT INTO pool VALUES (?, ?)', ['lot', text]);
        else
          await send("INSERT INTO carmis (goods_id, status, carmi, created_at) VALUES (1, 1, ?, '2026-01-01')", [text]);
      }
    });
  }

  /** Sales as the shop's program makes them: the card is marked, and its text is copied into the order. */
  async sell(count: number, format: 'ROW' | 'STATEMENT' = 'ROW'): Promise<void> {
    await this.#with(async (send) => {
      await send(`SET SESSION binlog_format = ${format}`, []);
      const [rows] = [await send('SELECT id, carmi FROM carmis WHERE status = 1 ORDER BY id LIMIT ?', [count])];
      for (const { id, carmi } of rows) {
        await send('START TRANSACTION', []);
        await send(
          "INSERT INTO orders (order_sn, goods_id, title, actual_price, email, info, buy_ip, status, created_at) VALUES (?, 1, '会员', 9.90, 'buyer@example.com', ?, '::1', 4, UTC_TIMESTAMP())",
          [`SN${++this.#orders}`, `卡密：${String(carmi)}`],
        );
        await send('UPDATE carmis SET status = 2 WHERE id = ?', [id]);
        await send('COMMIT', []);
      }
    });
  }

  /** Nothing that was written or printed holds a card; `others`: where else to look. Gives how much was looked at. */
  async expectNoCard(when: string, ...others: readonly string[]): Promise<Pick<Looked, 'files' | 'bytes'>> {
    const { found, files, bytes } = await this.lookEverywhere(...others);
    expect(found, when).toEqual([]);
    return { files, bytes };
  }

  async lookEverywhere(...others: readonly string[]): Promise<Looked> {
    const found: Looked['found'] = [];
    let [files, bytes] = [0, 0];
    const told = (where: string, all: readonly FoundCard[]) => {
      for (const { card, encoding } of all) found.push({ where, encoding, card: this.cards[card]?.text ?? '' });
    };
    for (const dir of [this.dir, ...others]) {
      const looked = await cardsBelow(dir, this.search, (path) => this.askedFor.has(path));
      for (const one of looked.found) told(one.where, [one]);
      files += looked.files;
      bytes += looked.bytes;
    }
    told('what was printed', this.search.find(Buffer.from(this.#printed.join('\n'))));
    for await (const { name, content } of this.#objects()) {
      files += 1;
      bytes += content.length;
      told(name, this.search.find(content));
    }
    return { found, files, bytes };
  }

  /** Names of what lies sealed on the disk. */
  async sealedObjects(): Promise<string[]> {
    const [, names, read] = await this.#disk();
    const keys = await keysOfThief(await read('shouhu.json'), secretEnv.MAIN);
    const sealed: string[] = [];
    for (const name of names) if (openWithMainKey(keys, name, await read(name)) === 'sealed') sealed.push(name);
    return sealed.sort();
  }

  /** The objects of all copies: as they lie in the bucket, and what the main passphrase opens of them. */
  async *#objects(): AsyncGenerator<{ readonly name: string; readonly content: Uint8Array }> {
    let sealed = 0;
    const copies = [await this.#disk(), await this.#cloud()] as const;
    // Not every world has a bucket.
    for (const [place, names, read] of copies.filter(([place, names]) => place === 'main' || names.length > 0)) {
      const keys = await keysOfThief(await read('shouhu.json'), secretEnv.MAIN);
      for (const name of names) {
        const bytes = await read(name);
        yield { name: `${place} ${name}`, content: bytes };
        const opened = openWithMainKey(keys, name, bytes);
        if (opened === 'sealed') sealed += 1;
        else if (opened !== 'not-encrypted') yield { name: `${place} ${name}, opened`, content: opened.payload };
      }
    }
    expect(sealed, 'sealed objects').toBeGreaterThan(0);
  }

  async #disk(): Promise<Copy> {
    const root = this.path('main');
    const files = (await filesBelow(root)).map((file) => relative(root, file).split(sep).join('/'));
    // What is still being written has no name yet.
    const names = files.filter((name) => !name.includes('.tmp') && !name.startsWith('~tmp'));
    return ['main', names, (name) => readFile(`${root}/${name}`)];
  }

  async #cloud(): Promise<Copy> {
    const prefix = `${this.database}/`;
    const { objects } = this.#rig.s3;
    const listed = (await objects.list(bucket)).filter(({ key }) => key.startsWith(prefix));
    const read = async (name: string) => {
      const object = await objects.get(bucket, `${prefix}${name}`);
      if (object === undefined) throw new Error(`gone from the bucket: ${name}`);
      return object.bytes;
    };
    return ['cloud', listed.map(({ key }) => key.slice(prefix.length)), read];
  }

  /** Everything in a database of a server, as its owner reads it. */
  async expectNoCardIn(server: PrivateServer, database: string): Promise<void> {
    const tables = await query(
      server,
      `SELECT TABLE_NAME AS name FROM information_schema.TABLES WHERE TABLE_SCHEMA = '${database}'`,
    );
    expect(tables.length).toBeGreaterThan(5);
    for (const { name } of tables) {
      const rows = await query(server, `SELECT * FROM \`${database}\`.\`${String(name)}\``);
      expect(
        this.search.find(Buffer.from(rows.map((row) => Object.values(row).map(String).join('\t')).join('\n'))),
        String(name),
      ).toEqual([]);
    }
  }

  /** Folders of private servers that are there now. */
  async servers(): Promise<string[]> {
    const names = await readdir(this.path('tmp'));
    return names.filter((name) => name.startsWith('shouhu-server-')).map((name) => this.path(`tmp/${name}`));
  }

  /** The server of a throw-away restore, once rows of the stock lie in it. */
  async filledSandbox(): Promise<string> {
    let filled = '';
    await until('rows in a sandbox', async () => {
      for (const dir of await this.servers()) {
        const { size = 0 } = (await stat(`${dir}/data/${this.database}/carmis.ibd`).catch(() => null)) ?? {};
        if (size > filledBytes) filled = dir;
      }
      return filled !== '';
    });
    return filled;
  }

  /** Files that are being written. */
  async parts(): Promise<string[]> {
    return (await readdir(this.dir)).filter((name) => name.endsWith('.part'));
  }

  #take(count: number): Card[] {
    const taken = this.cards.slice(this.#used, this.#used + count);
    this.#used += taken.length;
    return taken;
  }

  async #with(
    use: (send: (sql: string, values: unknown[]) => Promise<Record<string, unknown>[]>) => Promise<void>,
  ): Promise<void> {
    const connection = await createConnection({
      ...this.#rig.server.connection,
      database: this.database,
      charset: 'utf8mb4',
    });
    try {
      // A thousand rows of stock are one transaction; what sells begins its own.
      await connection.query('SET autocommit = 0');
      await use(async (sql, values) => {
        const [rows] = await connection.query(sql, values);
        return Array.isArray(rows) ? (rows as Record<string, unknown>[]) : [];
      });
      await connection.query('COMMIT');
    } finally {
      await connection.end();
    }
  }
}
