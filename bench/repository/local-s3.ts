import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { startFakeS3 } from '../../main/engine/demo/fake-s3/fake-s3-server.ts';

/** A local S3 server in a process of its own, so that its work is nobody else's. Objects stay in its memory. */
export interface LocalS3 {
  readonly endpoint: string;
  readonly pid: number;
  stop(): Promise<void>;
}

export const localS3Keys = { accessKeyId: 'AKBENCH', secretAccessKey: 'secret-of-the-benchmark-only' };

/** @param folder one folder per bucket, served as it is; without it the objects are in memory, and there are none */
export async function startLocalS3(
  buckets: readonly string[],
  { latencyMs = 0, folder = '' }: { readonly latencyMs?: number; readonly folder?: string } = {},
): Promise<LocalS3> {
  const child = fork(fileURLToPath(import.meta.url), [String(latencyMs), folder, ...buckets]);
  const [endpoint] = (await once(child, 'message')) as [string];
  return {
    endpoint,
    pid: child.pid ?? 0,
    stop: async () => {
      const ended = once(child, 'exit');
      child.kill();
      await ended;
    },
  };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [latency = '0', folder = '', ...buckets] = process.argv.slice(2);
  const server = await startFakeS3({
    accessKeys: [localS3Keys],
    buckets,
    quirks: { latencyMs: Number(latency) },
    ...(folder === '' ? {} : { folder }),
  });
  process.on('disconnect', () => process.exit());
  process.send?.(server.endpoint);
}
