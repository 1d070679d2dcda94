import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { randomKeyBytes } from '../platform/random.ts';
import { startPrivateServer, type PrivateServer } from '../sandbox/index.ts';
import { quoteName, quoteTable } from '../source/mysql/index.ts';
import { openLoadSession, type LoadSession } from '../source/mysql/load/load-session.ts';
import { startFakeS3, type FakeS3Server } from './fake-s3/fake-s3-server.ts';
import { startPrivateSshd, type PrivateSshd } from './private-sshd.ts';
import { demoData } from './shop-data.ts';
import { demoDatabase, demoTables, demoView } from './shop-schema.ts';

export interface DemoCloud {
  readonly endpoint: string;
  readonly bucket: string;
  readonly accessKey: string;
  readonly secretKey: string;
}

export interface DemoShopOptions {
  /** Everything private is written below this folder. */
  readonly dir: string;
  readonly rows: number;
  readonly onProgress?: (table: string, doneRows: number, totalRows: number) => void;
  readonly signal: AbortSignal;
}

/** A whole shop on this machine: database, SSH server, two clouds, two disks. Nothing of it can be reached from outside. */
export interface DemoShop {
  readonly database: string;
  readonly server: PrivateServer;
  readonly sshd: PrivateSshd;
  readonly clouds: readonly [DemoCloud, DemoCloud];
  readonly mainDiskDir: string;
  readonly secondDiskDir: string;
  readonly usbDir: string;
  /** Runs statements on the shop's server as its owner, not through the tunnel. */
  withOwner<T>(use: (session: LoadSession) => Promise<T>): Promise<T>;
  stop(): Promise<void>;
}

export async function startDemoShop(options: DemoShopOptions): Promise<DemoShop> {
  const { dir, signal } = options;
  const [mainDiskDir, secondDiskDir, usbDir] = ['main-disk', 'second-disk', 'usb-disk'].map((name) =>
    join(dir, name),
  ) as [string, string, string];
  for (const folder of [mainDiskDir, secondDiskDir, usbDir]) await mkdir(folder, { recursive: true });
  const stops: (() => Promise<void>)[] = [];
  const stop = async () => {
    for (const each of stops.splice(0).reverse()) await each();
  };
  try {
    const server = await startPrivateServer({ binlog: true, durability: 'none', memoryMb: 256, signal });
    stops.push(() => server.stop());
    const sshd = await startPrivateSshd({ dir, signal });
    stops.push(() => sshd.stop());
    const clouds: DemoCloud[] = [];
    for (const name of ['cloud-a', 'cloud-b']) {
      const { cloud, fake } = await startCloud(join(dir, name), name);
      stops.push(() => fake.close());
      clouds.push(cloud);
    }
    const [cloudA, cloudB] = clouds as [DemoCloud, DemoCloud];
    const withOwner = async <T>(use: (session: LoadSession) => Promise<T>): Promise<T> => {
      const session = await openLoadSession({ host: '127.0.0.1', port: 0, ...server.connection }, { signal });
      try {
        return await use(session);
      } finally {
        session.close();
      }
    };
    await withOwner((session) => fillShop(session, options));
    return {
      database: demoDatabase,
      server,
      sshd,
      clouds: [cloudA, cloudB],
      mainDiskDir,
      secondDiskDir,
      usbDir,
      withOwner,
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function startCloud(folder: string, bucket: string): Promise<{ cloud: DemoCloud; fake: FakeS3Server }> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const accessKey = `DEMO${randomKeyBytes(8).toString('hex').toUpperCase()}`;
  const secretKey = randomKeyBytes(24).toString('base64url');
  const fake = await startFakeS3({
    accessKeys: [{ accessKeyId: accessKey, secretAccessKey: secretKey }],
    buckets: [bucket],
    folder,
  });
  return { fake, cloud: { endpoint: fake.endpoint, bucket, accessKey, secretKey } };
}

/** Creates the tables and loads the sample rows. */
export async function fillShop(
  session: LoadSession,
  { rows, onProgress, signal }: Omit<DemoShopOptions, 'dir'>,
): Promise<void> {
  await session.execute(
    `CREATE DATABASE ${quoteName(demoDatabase)} DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci`,
    signal,
  );
  await session.execute(`USE ${quoteName(demoDatabase)}`, signal);
  for (const ddl of demoTables) await session.execute(ddl, signal);
  await session.execute(demoView, signal);
  const tables = demoData(rows);
  const totalRows = tables.reduce((sum, data) => sum + data.rows, 0);
  let doneRows = 0;
  for (const data of tables) {
    const columns = data.columns.map(quoteName).join(', ');
    await session.send(
      (file) =>
        `LOAD DATA LOCAL INFILE '${file}' INTO TABLE ${quoteTable(demoDatabase, data.table)} CHARACTER SET binary (${columns})`,
      Readable.from(data.text()),
      signal,
    );
    doneRows += data.rows;
    onProgress?.(data.table, doneRows, totalRows);
  }
}
