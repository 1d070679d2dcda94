import { describe, expect, it } from 'vitest';
import { runCommand } from './run-command.ts';

const program = `
  await import(process.argv[1]);
  const { readdirSync, readFileSync } = await import('node:fs');
  const { stat } = await import('node:fs/promises');
  await stat('/');
  const names = readdirSync('/proc/self/task').map((task) => readFileSync('/proc/self/task/' + task + '/comm', 'utf8').trim());
  console.log(names.filter((name) => name === 'libuv-worker').length);`;

describe.runIf(process.platform === 'linux')('the threads that wait for files', () => {
  const module = new URL('./file-threads.ts', import.meta.url).href;
  const count = async (env: Record<string, string>) => {
    const { stdout } = await runCommand(process.execPath, ['--input-type=module', '-e', program, module], { env });
    return Number(stdout);
  };

  it('are enough for several syncs and readings at once, unless the environment says another number', async () => {
    expect(await count({})).toBe(16);
    expect(await count({ UV_THREADPOOL_SIZE: '3' })).toBe(3);
  });
});
