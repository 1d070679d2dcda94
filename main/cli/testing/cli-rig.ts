import { spawn, type ChildProcess } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createConnection, type RowDataPacket } from 'mysql2/promise';
import { expect } from 'vitest';
import { AppError, type ErrorCode } from '../../../shared/errors/app-error.ts';
import { fillShop } from '../../engine/demo/demo-shop.ts';
import { wordsOfKit } from '../../engine/demo/read-kit.ts';
import { startFakeS3, type FakeS3Server } from '../../engine/demo/fake-s3/fake-s3-server.ts';
import { startPrivateSshd, type PrivateSshd } from '../../engine/demo/private-sshd.ts';
import { pollUntil } from '../../engine/platform/poll.ts';
import { startPrivateServer, type PrivateServer } from '../../engine/sandbox/index.ts';
import { runCommand } from '../../engine/platform/run-command.ts';
import { openLoadSession } from '../../engine/source/mysql/load/load-session.ts';
import { wordsIn } from '../language.ts';
import { builtCli } from './built-cli.ts';
import { errorDocument, type ErrorDocument } from '../output/report.ts';

/**
 * The command line as outside testers meet it: child processes of the real entry on real servers. One shop (database server,
 * sshd, S3 over HTTP) per test file; every test gets a folder of its own with a copy of a prepared home and its disks.
 */
export const shopDatabase = 'dujiaoka';
export const bucket = 'shop-backups';
const shopRows = 5000;
const processLimitMs = 90_000;

export type Json = Record<string, unknown>;

export interface Ended {
  /** Null when a signal ended the process. */
  readonly exitCode: number | null;
  readonly json: Json;
  readonly stdout: string;
  readonly stderr: string;
  readonly ms: number;
}

export interface Started {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
}

export interface RunOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** Without `--json`: then `json` is empty. */
  readonly asText?: boolean;
}

/** One folder with a home and two disks, and the means to run commands on it. */
export interface World {
  /** The id of the snapshot that everything bad must leave unharmed; empty in a bare world. */
  readonly good: string;
  readonly dir: string;
  readonly home: string;
  path(name: string): string;
  run(args: readonly string[], options?: RunOptions): Promise<Ended>;
  start(args: readonly string[], options?: RunOptions): Started;
}

export interface CliRig {
  readonly server: PrivateServer;
  readonly sshd: PrivateSshd;
  readonly s3: FakeS3Server;
  readonly mysqlUrl: string;
  /** Values that must never be printed or written in clear. */
  readonly secrets: Set<string>;
  /** A folder without a home. */
  bare(): Promise<World>;
  /** A home with source `shop`, disks `main` and `second`, and one green snapshot on both. */
  prepared(): Promise<World>;
  /** A second database server, started when it is first asked for. */
  otherServer(): Promise<PrivateServer>;
  stop(): Promise<void>;
}

/** Names of environment variables that every command is given. */
export const secretEnv = {
  MAIN: 'correct horse battery staple',
  VAULT: 'another horse for the vault',
  AK: 'AKTEST0123456789',
  SK: 'secret-key-of-the-cloud-0123456789',
} as const;

export async function startCliRig(): Promise<CliRig> {
  const dir = await mkdtemp(join(tmpdir(), 'shouhu-rig-'));
  const stops: (() => Promise<unknown>)[] = [() => rm(dir, { recursive: true, force: true })];
  const stop = async (): Promise<void> => {
    for (const each of stops.splice(0).reverse()) await each();
  };
  try {
    const server = await startPrivateServer({ kind: 'mariadb', binlog: true, durability: 'none', memoryMb: 128 });
    stops.push(() => server.stop());
    const sshd = await startPrivateSshd({ dir });
    stops.push(() => sshd.stop());
    const s3 = await startFakeS3({
      accessKeys: [{ accessKeyId: secretEnv.AK, secretAccessKey: secretEnv.SK }],
      buckets: [bucket],
    });
    stops.push(() => s3.close());
    await fill(server);
    const secrets = new Set<string>([secretEnv.MAIN, secretEnv.VAULT, secretEnv.SK, server.password]);
    secrets.add(sshd.clientKeyPem.split('\n')[2] ?? '');
    const cards = await query(server, `SELECT carmi FROM ${shopDatabase}.carmis ORDER BY id DESC LIMIT 3`);
    for (const { carmi } of cards) secrets.add(String(carmi));

    let worlds = 0;
    const bare = async (): Promise<World> => {
      const folder = join(dir, `world-${++worlds}`);
      await mkdir(folder);
      return world(folder, server, secrets);
    };
    const mysqlUrl = `mysql://${server.user}@127.0.0.1:${server.port ?? 0}/`;
    let template: Promise<World> | undefined;
    let other: Promise<PrivateServer> | undefined;
    return {
      server,
      sshd,
      s3,
      mysqlUrl,
      secrets,
      bare,
      prepared: async () => {
        template ??= prepare(await bare(), mysqlUrl);
        return copyOfWorld(await template, await bare());
      },
      otherServer: async () => {
        other ??= startPrivateServer({ kind: 'mariadb', durability: 'none', memoryMb: 64 }).then((started) => {
          stops.push(() => started.stop());
          secrets.add(started.password);
          return started;
        });
        return other;
      },
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function fill(server: PrivateServer): Promise<void> {
  const { signal } = new AbortController();
  const session = await openLoadSession({ host: '127.0.0.1', port: 0, ...server.connection }, { signal });
  try {
    await fillShop(session, { rows: shopRows, signal });
  } finally {
    session.close();
  }
}

async function prepare(made: World, mysqlUrl: string): Promise<World> {
  const steps = [
    ['init', '--passphrase-env', 'MAIN', '--vault-passphrase-env', 'VAULT', '--kit', 'kit'],
    ['source', 'add', 'shop', '--mysql', mysqlUrl, '--mysql-password-env', 'DB', '--databases', shopDatabase],
    ['destination', 'add', 'main', '--disk', 'main'],
    ['destination', 'add', 'second', '--disk', 'second', '--role', 'second-disk'],
    ['backup', 'shop'],
  ];
  let last: Json = {};
  for (const step of steps) {
    const { exitCode, json, stdout, stderr } = await made.run(step);
    if (exitCode !== 0) throw new Error(`${step.join(' ')}: ${stdout}${stderr}`);
    last = json;
  }
  return { ...made, good: (last['snapshot'] as { id: string }).id };
}

/** Paths in the settings are absolute: they follow to the new folder. */
async function copyOfWorld(from: World, to: World): Promise<World> {
  await cp(from.dir, to.dir, { recursive: true, force: true });
  const settings = join(to.home, 'settings.json');
  const text = await readFile(settings, 'utf8');
  await writeFile(settings, text.replaceAll(`${from.dir}/`, `${to.dir}/`));
  return { ...to, good: from.good };
}

function world(dir: string, server: PrivateServer, secrets: ReadonlySet<string>): World {
  const home = join(dir, 'home');
  const start = (args: readonly string[], { env = {}, asText = false }: RunOptions = {}): Started => {
    const startedMs = performance.now();
    const argv = [builtCli, ...(asText ? [] : ['--json']), ...args];
    const child = spawn(process.execPath, argv, {
      cwd: dir,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        PATH: process.env['PATH'],
        HOME: dir,
        LANG: 'en_US.UTF-8',
        SHOUHU_HOME: home,
        // Every command is a new process: compiled sources are kept between them.
        NODE_COMPILE_CACHE: join(dir, '..', 'compiled'),
        DB: server.password,
        ...secretEnv,
        ...env,
      },
    });
    const limit = setTimeout(() => child.kill('SIGKILL'), processLimitMs);
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    child.stdout.on('data', (part: Buffer) => out.push(part));
    child.stderr.on('data', (part: Buffer) => err.push(part));
    const ended = new Promise<Ended>((resolve, reject) => {
      child.on('error', reject);
      child.on('close', (exitCode) => {
        clearTimeout(limit);
        const stdout = Buffer.concat(out).toString('utf8');
        const stderr = Buffer.concat(err).toString('utf8');
        try {
          for (const secret of secrets) {
            if (`${stdout}${stderr}`.includes(secret)) throw new Error(`a secret was printed by ${args.join(' ')}`);
          }
          const json = asText || exitCode === null ? {} : oneDocument(stdout, stderr);
          resolve({ exitCode, json, stdout, stderr, ms: performance.now() - startedMs });
        } catch (error) {
          reject(error instanceof Error ? error : new Error(String(error)));
        }
      });
    });
    // Whoever started it may look at its end later.
    ended.catch(() => undefined);
    return { child, ended };
  };
  return {
    good: '',
    dir,
    home,
    path: (name) => join(dir, name),
    start,
    run: (args, options) => start(args, options).ended,
  };
}

/** `--json` promises one document on stdout and nothing else. */
function oneDocument(stdout: string, stderr: string): Json {
  if (!/^\{[^\n]*\}\n$/.test(stdout)) throw new Error(`not one JSON document: ${stdout}\n${stderr}`);
  return JSON.parse(stdout) as Json;
}

/** Runs statements on a private server as its owner; gives the rows of the last one. */
export async function query(server: PrivateServer, sql: string): Promise<Json[]> {
  const connection = await createConnection({ ...server.connection, multipleStatements: true, charset: 'utf8mb4' });
  try {
    const [result] = await connection.query<RowDataPacket[] | RowDataPacket[][]>(sql);
    // Several statements give a list of results, one statement its rows (or only a header that says what was done).
    const results: unknown[] = Array.isArray(result) ? result : [];
    const last = results.findLast((each) => Array.isArray(each));
    return (last ?? results) as Json[];
  } finally {
    await connection.end();
  }
}

/** The server's own checksum of every table: a witness that knows nothing of our digests. */
export async function checksums(server: PrivateServer, database: string): Promise<Json> {
  const tables = await query(
    server,
    `SELECT TABLE_NAME AS name FROM information_schema.TABLES WHERE TABLE_SCHEMA = '${database}' AND TABLE_TYPE = 'BASE TABLE' ORDER BY 1`,
  );
  const list = tables.map(({ name }) => `\`${database}\`.\`${String(name)}\``).join(', ');
  const sums = await query(server, `CHECKSUM TABLE ${list} EXTENDED`);
  return Object.fromEntries(sums.map((row) => [String(row['Table']).split('.')[1] ?? '', row['Checksum']]));
}

/** Gives SQL text to the stock client, as an owner without Shouhu would. */
export async function loadWithClient(server: PrivateServer, sqlFile: string): Promise<void> {
  const args = ['--no-defaults', `--socket=${server.socketPath}`, '-u', server.user];
  const loaded = await runCommand('mariadb', args, {
    stdin: await readFile(sqlFile, 'utf8'),
    env: { MYSQL_PWD: server.password },
  });
  expect(loaded).toMatchObject({ exitCode: 0, stderr: '' });
}

/** The 24 English words of a kit, written to a file as a person would type them. */
export async function wordsFile(
  of: World,
  which: 'main' | 'vault',
  change?: (words: string[]) => void,
): Promise<string> {
  const kit = (await readdir(of.path('kit'))).find((name) => name.includes(`-${which}-`) && name.endsWith('.txt'));
  const words = (await wordsOfKit(of.path(`kit/${kit ?? ''}`))).split(' ');
  change?.(words);
  const path = of.path(`${which}-words.txt`);
  await writeFile(path, `${words.join(' ')}\n`, { mode: 0o600 });
  return path;
}

/** All files below a folder, as paths. */
export async function filesBelow(dir: string): Promise<string[]> {
  const entries = await readdir(dir, { recursive: true, withFileTypes: true });
  return entries.filter((one) => one.isFile()).map((one) => join(one.parentPath, one.name));
}

/** Damages the stored bytes of one file in the middle, whatever its mode. */
export async function flipBit(path: string): Promise<void> {
  const bytes = await readFile(path);
  const at = bytes.length - 3;
  bytes[at] = (bytes[at] ?? 0) ^ 1;
  await rm(path);
  await writeFile(path, bytes);
}

export function codeOf({ json }: Ended): unknown {
  return (json['error'] as Json | undefined)?.['code'];
}

/** Waits for something to come true; fails with `what` when it does not in time. */
export async function until(what: string, check: () => Promise<boolean> | boolean, timeoutMs = 30_000): Promise<void> {
  const seen = await pollUntil(async () => ((await check()) ? true : undefined), { timeoutMs, everyMs: 20 });
  if (seen !== true) throw new Error(`never happened: ${what}`);
}

/**
 * A failure as the contract has it: exit code, code, and what to do next. The process spoke one language; the same facts must
 * fill the sentences of the other as well.
 */
export function expectFailure(ended: Ended, exitCode: number, code: string): Json {
  expect({ exitCode: ended.exitCode, code: codeOf(ended), stdout: ended.stdout }).toMatchObject({ exitCode, code });
  const said = ended.json['error'] as ErrorDocument;
  expect(ended.json['ok']).toBe(false);
  const known = new AppError(said.code as ErrorCode, said.facts);
  const [zh, en] = [errorDocument(known, wordsIn('zh')), errorDocument(known, wordsIn('en'))];
  expect([zh, en]).toContainEqual(said);
  for (const { message, remedy } of [zh, en]) {
    expect(message.length).toBeGreaterThan(5);
    expect(remedy.length).toBeGreaterThan(5);
    // An ellipsis stands where a sentence asked for a fact that nobody gave.
    expect(`${message}${remedy}`).not.toMatch(/\{\{|“…”|「…」| … /);
  }
  expect(`${zh.message}${zh.remedy}`).toMatch(/\p{Script=Han}/u);
  return said.facts;
}

let restores = 0;

/** The snapshot from before still verifies on its copy and restores with equal digests. */
export async function expectNothingLost(rig: CliRig, of: World, destination = 'main'): Promise<void> {
  const verified = await of.run(['verify', destination]);
  expect(verified.json, verified.stdout).toMatchObject({ ok: true, damaged: [], missing: [] });
  const database = `proof_${++restores}`;
  const restored = await of.run([
    'restore',
    'shop',
    '--snapshot',
    of.good,
    '--from',
    destination,
    '--into',
    rig.mysqlUrl,
    '--mysql-password-env',
    'DB',
    '--as',
    database,
    '--open-vault',
  ]);
  expect(restored.json, restored.stdout).toMatchObject({ ok: true, database, digest: { equal: true } });
  await query(rig.server, `DROP DATABASE ${database}`);
  await expectNoSecretsInHome(rig, of);
}

export async function expectNoSecretsInHome({ secrets }: CliRig, { home }: World): Promise<void> {
  for (const path of await filesBelow(home)) {
    const bytes = await readFile(path);
    for (const secret of secrets) expect(bytes.includes(secret), `a secret in ${path}`).toBe(false);
  }
}
