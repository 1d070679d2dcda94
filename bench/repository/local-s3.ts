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

export async function startLocalS3(buckets: readonly string[]): Promise<LocalS3> {
  const child = fork(fileURLToPath(import.meta.url), [...buckets]);
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
  const server = await startFakeS3({ accessKeys: [localS3Keys], buckets: process.argv.slice(2) });
  process.on('disconnect', () => process.exit());
  process.send?.(server.endpoint);
}
