import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { AppError } from '../../../../shared/errors/app-error.ts';
import type { Manifest } from '../../../../shared/model/snapshot.ts';
import { withTempDir } from '../../platform/temp-dir.ts';
import type { EngineContext, Run } from '../engine-context.ts';
import { withScratchServer, type ScratchNeeds } from './scratch-server.ts';

const run: Run = { jobId: null, signal: new AbortController().signal, report: () => undefined };
const manifest = { server: { flavour: 'mysql', variables: {} } } as unknown as Manifest;
/** More than any disk has. */
const farTooMuch = 2 ** 60;

const tryIn = (dir: string, needs: ScratchNeeds) => {
  const context = { home: { dir } } as unknown as EngineContext;
  // A fake: whether this computer has a server of that kind is not for the test to say.
  const start = () => Promise.reject(new AppError('sandbox.no-server', { looked: '', kind: 'mysql', hint: '' }));
  return withScratchServer(context, manifest, needs, run, () => Promise.resolve('used'), start);
};

describe('withScratchServer', () => {
  it('says what to install where this computer has no server of that kind', () =>
    withTempDir('scratch-test', async (dir) => {
      const facts = { flavour: 'MySQL', hint: expect.stringMatching(/mysql/i) as string };
      await expect(tryIn(dir, { scratchBytes: 1, file: null })).rejects.toMatchObject({
        code: 'restore.no-scratch',
        facts,
      });
    }));

  it('refuses before anything begins when neither place has room, and when the file has none', () =>
    withTempDir('scratch-test', async (dir) => {
      await expect(tryIn(dir, { scratchBytes: farTooMuch, file: null })).rejects.toMatchObject({
        code: 'restore.no-room',
        facts: { needed: '1.15 EB', free: expect.any(String) as string },
      });
      const file = { path: join(dir, 'moment.sql'), bytes: farTooMuch };
      await expect(tryIn(dir, { scratchBytes: 1, file })).rejects.toMatchObject({ code: 'restore.no-room' });
      expect(await readdir(dir)).toEqual(['scratch']);
    }));
});
