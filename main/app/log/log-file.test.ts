import { mkdtemp, readFile, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openLog } from './log-file.ts';

let folder: string;
beforeEach(async () => {
  folder = join(await mkdtemp(join(tmpdir(), 'shouhu-log-')), 'logs');
});
afterEach(() => rm(join(folder, '..'), { recursive: true, force: true }));

it('writes when, what and the stack, and hides what looks secret', async () => {
  const log = openLog(folder, () => 0);
  log.error('home.unlock', new Error('mysql://root:hunter2@db refused {"password":"hunter2"}'));
  log.info('engine: passphrase=hunter2');
  const text = await readFile(join(folder, 'app.log'), 'utf8');
  expect(text).toMatch(/^1970-01-01T00:00:00\.000Z error home\.unlock: Error: mysql:/);
  expect(text).toContain('log-file.test.ts');
  expect(text).not.toContain('hunter2');
});

it('keeps one older file and no more', async () => {
  const log = openLog(folder, () => 0, 1_000);
  for (let line = 0; line < 100; line++) log.info(`line ${line} ${'x'.repeat(40)}`);
  expect((await readdir(folder)).sort()).toEqual(['app.log', 'app.log.1']);
  for (const name of ['app.log', 'app.log.1']) expect((await stat(join(folder, name))).size).toBeLessThan(1_200);
  expect(await readFile(join(folder, 'app.log'), 'utf8')).toContain('line 99');
});

it('never throws', () => {
  expect(() => openLog('/dev/null/logs', () => 0).info('x')).not.toThrow();
});
