import {
  CreateBucketCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  PutObjectLockConfigurationCommand,
} from '@aws-sdk/client-s3';
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { eventually } from '../../../../shared/testing/eventually.ts';
import { createS3Client } from '../s3/s3-client.ts';
import type { S3StoreOptions } from '../s3/s3-blob-store.ts';

/** Real S3 servers of the compatibility suite: Ceph's gateway, which checks signatures, and moto, which knows every feature and checks none. */
export type RealS3 = 'radosgw' | 'moto';

export interface RunningS3 {
  /** A new bucket, with or without object lock. */
  bucket(lock: boolean): Promise<S3StoreOptions>;
  /** Puts an object behind a store's back. */
  plant(options: S3StoreOptions, name: string, bytes: Uint8Array): Promise<void>;
  stop(): Promise<void>;
}

const key = { accessKeyId: 'COMPATKEY', secretAccessKey: 'compat-secret-not-real' };

/** Those that can be started here; the others are named on the console, because their tests are skipped. */
export function realS3Servers(): RealS3[] {
  return (['radosgw', 'moto'] as const).filter((kind) => {
    if (programOf(kind) !== undefined) return true;
    const how =
      kind === 'moto'
        ? 'pip install "moto[server]" puts moto_server on the PATH'
        : 'npm run test:compat fetches it, or SHOUHU_COMPAT_RADOSGW names one';
    console.warn(`skipped: no ${kind}; ${how}`);
    return false;
  });
}

export async function startRealS3(kind: RealS3): Promise<RunningS3> {
  const program = programOf(kind);
  if (program === undefined) throw new Error(`no ${kind} here`);
  const dir = await mkdtemp(join(tmpdir(), `shouhu-${kind}-`));
  const port = await freePort();
  const server = kind === 'moto' ? startMoto(program, port) : await startRadosgw(program, port, dir);
  const said: string[] = [];
  server.stderr?.on('data', (bytes: Buffer) => said.push(bytes.toString()));
  const endpoint = `http://127.0.0.1:${port}`;
  const provider = kind === 'radosgw' ? 'ceph-rgw' : 'custom';
  const place = { provider, endpoint, region: 'us-east-1', credentials: key } as const;
  const client = createS3Client(place);
  const stop = async (): Promise<void> => {
    client.destroy();
    const ended = new Promise((resolve) => server.once('exit', resolve));
    if (server.exitCode === null) {
      server.kill('SIGKILL');
      await ended;
    }
    await rm(dir, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  };
  try {
    await eventually(async () => {
      if (server.exitCode !== null) throw new Error(`${kind} ended: ${said.join('').slice(-2000)}`);
      await fetch(endpoint);
    });
  } catch (error) {
    await stop();
    throw error;
  }
  let made = 0;
  return {
    async bucket(lock) {
      const bucket = `compat-${made++}`;
      await client.send(new CreateBucketCommand({ Bucket: bucket, ObjectLockEnabledForBucket: lock }));
      if (lock) {
        const VersioningConfiguration = { Status: 'Enabled' } as const;
        await client.send(new PutBucketVersioningCommand({ Bucket: bucket, VersioningConfiguration }));
        const ObjectLockConfiguration = { ObjectLockEnabled: 'Enabled' } as const;
        await client.send(new PutObjectLockConfigurationCommand({ Bucket: bucket, ObjectLockConfiguration }));
      }
      return { ...place, bucket };
    },
    async plant({ bucket }, name, bytes) {
      await client.send(new PutObjectCommand({ Bucket: bucket, Key: name, Body: bytes }));
    },
    stop,
  };
}

function startMoto(program: string, port: number): ChildProcess {
  return spawn(program, ['-H', '127.0.0.1', '-p', String(port)], { stdio: ['ignore', 'ignore', 'pipe'] });
}

/** Alone, with its own SQLite store: no monitor, no cluster. */
async function startRadosgw(program: string, port: number, dir: string): Promise<ChildProcess> {
  await mkdir(join(dir, 'db'));
  const conf = join(dir, 'ceph.conf');
  const lines = [
    '[global]',
    `run_dir = ${dir}`,
    'log_to_stderr = true',
    '[client.rgw]',
    'rgw_backend_store = dbstore',
    `dbstore_db_dir = ${join(dir, 'db')}`,
    'rgw_config_store = dbstore',
    `dbstore_config_uri = file:${join(dir, 'db', 'config.db')}`,
    `rgw_data = ${dir}`,
    `rgw_frontends = beast endpoint=127.0.0.1:${port}`,
  ];
  await writeFile(conf, `${lines.join('\n')}\n`);
  const common = ['--no-mon-config', '-c', conf, '-n', 'client.rgw'];
  const user = ['user', 'create', '--uid', 'compat', '--display-name', 'compat'];
  const keys = ['--access-key', key.accessKeyId, '--secret-key', key.secretAccessKey];
  execFileSync(join(dirname(program), 'radosgw-admin'), [...common, ...user, ...keys], { stdio: 'ignore', cwd: dir });
  return spawn(program, ['-d', ...common], { stdio: ['ignore', 'ignore', 'pipe'], cwd: dir });
}

function programOf(kind: RealS3): string | undefined {
  if (kind === 'radosgw') {
    const path = process.env['SHOUHU_COMPAT_RADOSGW'];
    return path !== undefined && existsSync(path) ? path : undefined;
  }
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  return folders.map((folder) => join(folder, 'moto_server')).find((path) => existsSync(path));
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
