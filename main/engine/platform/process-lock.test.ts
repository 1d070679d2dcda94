import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { withProcessLock } from './process-lock.ts';

describe('withProcessLock', () => {
  let dir: string;
  let path: string;
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'shouhu-lock-'));
    path = join(dir, 'home.lock');
  });
  afterEach(() => rm(dir, { recursive: true, force: true }));

  it('lets one in at a time', async () => {
    let inside = 0;
    let most = 0;
    const enter = () =>
      withProcessLock(path, 5000, async () => {
        most = Math.max(most, ++inside);
        await new Promise((resolve) => setTimeout(resolve, 5));
        inside -= 1;
      });
    await Promise.all([enter(), enter(), enter(), enter()]);
    expect([most, inside]).toEqual([1, 0]);
  });

  it('gives up after the time it was given, with nothing done', async () => {
    const inner = await withProcessLock(path, 100, () => withProcessLock(path, 30, () => Promise.resolve('done')));
    expect(inner).toEqual({ value: null });
  });

  it('lets go when the work fails', async () => {
    await expect(withProcessLock(path, 100, () => Promise.reject(new Error('x')))).rejects.toThrow('x');
    expect(await withProcessLock(path, 100, () => Promise.resolve(1))).toEqual({ value: 1 });
  });

  it('is held against another process, and free when that one is killed', async () => {
    const script = join(dir, 'holder.ts');
    const lock = JSON.stringify(new URL('./process-lock.ts', import.meta.url).href);
    await writeFile(
      script,
      `import { withProcessLock } from ${lock};
       await withProcessLock(${JSON.stringify(path)}, 1000, () => { process.send('held'); return new Promise(() => setInterval(() => {}, 1000)); });`,
    );
    const holder = fork(script, { stdio: 'ignore' });
    await once(holder, 'message');
    expect(await withProcessLock(path, 60, () => Promise.resolve(1))).toBeNull();

    holder.kill('SIGKILL');
    await once(holder, 'exit');

    expect(await withProcessLock(path, 2000, () => Promise.resolve(1))).toEqual({ value: 1 });
  });
});
