import { mkdir, mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AppError } from '../../../shared/errors/app-error.ts';
import { openEngine, type Engine } from '../jobs/index.ts';
import { demoDestinationInputs, demoSourceInput, demoSourceName } from '../jobs/verbs/demo-verbs.ts';
import { systemClock } from '../platform/clock.ts';
import { makeFolder } from '../platform/make-folder.ts';
import { randomKeyBytes } from '../platform/random.ts';
import { startPrivateServer, type PrivateServer } from '../sandbox/index.ts';
import { openLoadSession } from '../source/mysql/load/load-session.ts';
import { backToTheSecond } from './back-to-the-second.ts';
import { DemoTimeline, type DemoProof, type DemoStep } from './demo-timeline.ts';
import { startDemoShop, type DemoShop } from './demo-shop.ts';
import { readShopFacts, type ShopFacts } from './independent-check.ts';
import { wordsOfKit } from './read-kit.ts';

export interface DemoOptions {
  /** Where everything is written; a new temporary folder by default. */
  readonly dir?: string;
  /** Leave the folder (not the servers) behind. */
  readonly keep: boolean;
  readonly language: 'zh' | 'en';
  readonly rows?: number;
  /** One line of the timeline. */
  readonly write: (line: string) => void;
  readonly signal: AbortSignal;
}

export interface DemoResult {
  readonly ok: boolean;
  readonly steps: readonly DemoStep[];
  readonly proof: DemoProof;
  /** What had to be equal after the way back to the second. */
  readonly second: readonly {
    readonly what: string;
    readonly wanted: string | number;
    readonly found: string | number;
  }[];
  readonly dir: string | null;
  readonly durationMs: number;
}

const defaultRows = 220_000;

/**
 * The whole story on private servers: a shop is backed up over SSH, copied to two disks and two clouds, verified, robbed while it trades and brought
 * back to the second before, then destroyed with its computer and brought back on a new server from one cloud copy by a computer that knows nothing, with nothing but the recovery kit.
 */
export async function runDemo(options: DemoOptions): Promise<DemoResult> {
  const dir = options.dir ?? (await mkdtemp(join(tmpdir(), 'shouhu-demo-')));
  await makeFolder(dir);
  if ((await stat(join(dir, 'home')).catch(() => null)) !== null)
    throw new AppError('usage.bad-argument', { argument: 'dir', value: dir });
  const story = new DemoStory(options, dir);
  try {
    return await story.tell();
  } finally {
    await story.close();
    if (!options.keep && options.dir === undefined) await rm(dir, { recursive: true, force: true });
  }
}

class DemoStory {
  readonly #options: DemoOptions;
  readonly #dir: string;
  readonly #timeline: DemoTimeline;
  readonly #passphrase = randomKeyBytes(18).toString('base64url');
  readonly #vaultPassphrase = randomKeyBytes(18).toString('base64url');
  readonly #closing: (() => Promise<void>)[] = [];

  constructor(options: DemoOptions, dir: string) {
    this.#options = options;
    this.#dir = dir;
    this.#timeline = new DemoTimeline(options.language, systemClock, options.write);
  }

  async close(): Promise<void> {
    const failures: unknown[] = [];
    for (const close of this.#closing.splice(0).reverse())
      await close().catch((error: unknown) => {
        // The others have to go as well: servers, tunnels, folders.
        failures.push(error);
      });
    if (failures.length > 0) throw failures[0];
  }

  async tell(): Promise<DemoResult> {
    const startedMs = systemClock.monotonicMs();
    const { signal } = this.#options;
    const shop = await this.#timeline.step(
      'servers',
      () => this.#openShop(),
      (opened) => ({ version: `${opened.server.flavour} ${opened.server.version}`, sshd: opened.sshd.kind }),
    );
    const atFirst = await shop.withOwner((session) => readShopFacts(session, shop.database, signal));
    const { kitDir, engine } = await this.#backUp(shop, atFirst);
    const second = await backToTheSecond({
      engine,
      shop,
      timeline: this.#timeline,
      dir: this.#dir,
      vaultWords: await this.#kitWords(kitDir, 'vault'),
      signal,
    });
    const isBack = this.#timeline.pairs(second);
    const before = await shop.withOwner((session) => readShopFacts(session, shop.database, signal));
    await this.#backUpAgain(engine, shop);
    await engine.close();
    await this.#timeline.step(
      'destroy',
      () => shop.withOwner((session) => session.execute(`DROP TABLE \`${shop.database}\`.\`orders\``, signal)),
      () => ({ table: `${shop.database}.orders` }),
    );
    const proof = await this.#bringBack(shop, kitDir, before);
    const ok =
      isBack &&
      isEqual(proof.rows) &&
      isEqual(proof.ranges) &&
      proof.digestsEqual &&
      isEqual(proof.paidSum) &&
      isEqual(proof.checksums) &&
      proof.rows[0] > 0;
    this.#timeline.proof(proof, ok);
    return {
      ok,
      steps: this.#timeline.steps,
      proof,
      second: second.map(([what, wanted, found]) => ({ what, wanted, found })),
      dir: this.#options.keep || this.#options.dir !== undefined ? this.#dir : null,
      durationMs: Math.round(systemClock.monotonicMs() - startedMs),
    };
  }

  async #openShop(): Promise<DemoShop> {
    const { rows = defaultRows, signal } = this.#options;
    const shop = await startDemoShop({ dir: join(this.#dir, 'shop'), rows, signal });
    this.#closing.push(() => shop.stop());
    return shop;
  }

  /** First computer: keys, source, destinations, one backup, copies, every copy read back. The engine stays open. */
  async #backUp(shop: DemoShop, before: ShopFacts): Promise<{ readonly kitDir: string; readonly engine: Engine }> {
    const { signal } = this.#options;
    const kitDir = join(this.#dir, 'recovery-kit');
    await mkdir(kitDir);
    const engine = await this.#openHome('home');
    await this.#timeline.step(
      'keys',
      () =>
        engine.call('home.init', {
          passphrase: this.#passphrase,
          vaultPassphrase: this.#vaultPassphrase,
          kitDir,
          language: this.#options.language,
        }),
      ({ kitFiles }) => ({ files: kitFiles.length }),
    );
    await this.#timeline.step(
      'source',
      () => engine.call('source.add', demoSourceInput(shop), { signal }),
      ({ source }) => ({
        fingerprint: source.ssh?.hostKey?.fingerprint ?? '',
        preset: source.preset ?? '',
        secrets: source.secretColumns.join(', '),
        rows: before.rows,
      }),
    );
    const [main, ...others] = demoDestinationInputs(shop);
    await this.#timeline.step(
      'destinations',
      async () => {
        for (const input of main === undefined ? others : [main, ...others])
          await engine.call('destination.add', input, { signal });
        return others.length + 1;
      },
      (count) => ({ count }),
    );
    const backup = await this.#timeline.step(
      'backup',
      () =>
        engine.call('backup.run', { source: demoSourceName, to: ['demo-main'], maxBytesPerSecond: null }, { signal }),
      ({ snapshot, read, written, ledgers }) => ({
        rows: snapshot.rows,
        tables: snapshot.tables,
        chunks: snapshot.chunks,
        readBytes: read.bytesFromServer,
        writtenBytes: written.bytes,
        position: `${snapshot.coordinate.file ?? '-'}:${snapshot.coordinate.position ?? '-'}`,
        sum: ledgers[0]?.sum ?? '',
      }),
    );
    for (const { name } of others) {
      await this.#timeline.step(
        'copy',
        () => engine.call('copy.run', { snapshot: backup.snapshot.id, from: 'demo-main', to: name }, { signal }),
        ({ objectsCopied, bytesCopied }) => ({ name, objectsCopied, bytesCopied }),
      );
    }
    for (const { name } of main === undefined ? others : [main, ...others]) {
      await this.#timeline.step(
        'verify',
        () => this.#verify(engine, name),
        ({ read, bytesRead }) => ({ name, read, bytesRead }),
      );
    }
    return { kitDir, engine };
  }

  /** What the second computer will find in the cloud. */
  async #backUpAgain(engine: Engine, shop: DemoShop): Promise<void> {
    const { signal } = this.#options;
    const backup = await this.#timeline.step(
      'backup2',
      () =>
        engine.call('backup.run', { source: demoSourceName, to: ['demo-main'], maxBytesPerSecond: null }, { signal }),
      ({ snapshot, written }) => ({ rows: snapshot.rows, writtenBytes: written.bytes }),
    );
    const cloud = demoDestinationInputs(shop).at(-1)?.name ?? '';
    await this.#timeline.step(
      'copy',
      () => engine.call('copy.run', { snapshot: backup.snapshot.id, from: 'demo-main', to: cloud }, { signal }),
      ({ objectsCopied, bytesCopied }) => ({ name: cloud, objectsCopied, bytesCopied }),
    );
  }

  async #verify(engine: Engine, destination: string): Promise<{ read: number; bytesRead: number }> {
    const report = await engine.call(
      'verify.run',
      { destination, readPercent: 100, healFrom: null },
      { signal: this.#options.signal },
    );
    const [damaged] = report.damaged;
    if (damaged !== undefined) throw new AppError('repository.damaged', damaged);
    if (report.missing[0] !== undefined) throw new AppError('repository.missing-object', { object: report.missing[0] });
    if (report.read < report.objects) throw new AppError('copy.incomplete', { destination });
    return report;
  }

  /** Second computer: an empty home, a new server, one cloud copy, the words from the paper. */
  async #bringBack(shop: DemoShop, kitDir: string, before: ShopFacts): Promise<DemoProof> {
    const { signal } = this.#options;
    const engine = await this.#openHome('bare-home');
    const [, cloud] = shop.clouds;
    const words = await this.#kitWords(kitDir, 'main');
    const { endpoint, bucket, accessKey, secretKey } = cloud;
    await this.#timeline.step(
      'recover',
      () =>
        engine.call(
          'recover.run',
          {
            from: {
              kind: 's3',
              provider: 'custom',
              bucket,
              region: null,
              endpoint,
              prefix: 'shop',
              accessKey,
              secretKey,
            },
            secret: { kind: 'words', words },
          },
          { signal },
        ),
      ({ snapshots, sources }) => ({ snapshots, sources: sources.join(', ') }),
    );
    const target = await this.#timeline.step(
      'new-server',
      () => this.#newServer(),
      ({ version }) => ({ version }),
    );
    const vaultWords = await this.#kitWords(kitDir, 'vault');
    const restored = await this.#timeline.step(
      'restore',
      () =>
        engine.call(
          'restore.run',
          {
            source: demoSourceName,
            snapshot: 'latest',
            from: 'recovered',
            databases: [],
            tables: [],
            into: {
              kind: 'server',
              target: {
                host: '127.0.0.1',
                port: target.port ?? 0,
                user: target.user,
                password: target.password,
                ssh: null,
              },
            },
            as: null,
            vault: { words: vaultWords },
          },
          { signal },
        ),
      ({ rows, tables, from }) => ({ rows, tables, from }),
    );
    const session = await openLoadSession({ host: '127.0.0.1', port: 0, ...target.connection }, { signal });
    const after = await readShopFacts(session, shop.database, signal).finally(() => session.close());
    await engine.close();
    const same = [...before.checksums].filter(([table, checksum]) => after.checksums.get(table) === checksum).length;
    return {
      rows: [before.rows, after.rows],
      ranges: [restored.digest.ranges, restored.digest.compared],
      digestsEqual:
        restored.digest.equal && restored.ledgers.length > 0 && restored.ledgers.every(({ equal }) => equal),
      paidSum: [before.paidSum, after.paidSum],
      checksums: [before.checksums.size, same],
    };
  }

  async #openHome(name: string): Promise<Engine> {
    const engine = await openEngine({ homeDir: join(this.#dir, name), language: this.#options.language });
    this.#closing.push(() => engine.close());
    return engine;
  }

  async #newServer(): Promise<PrivateServer> {
    const server = await startPrivateServer({ durability: 'none', signal: this.#options.signal });
    this.#closing.push(() => server.stop());
    return server;
  }

  async #kitWords(kitDir: string, which: 'main' | 'vault'): Promise<string> {
    const file = (await readdir(kitDir)).find((name) => name.includes(`-${which}-`) && name.endsWith('.txt'));
    return wordsOfKit(join(kitDir, file ?? ''));
  }
}

function isEqual<T>([before, after]: readonly [T, T]): boolean {
  return before === after;
}
