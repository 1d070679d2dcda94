import { statfs } from 'node:fs/promises';
import type { VerbInput, VerbOutput } from '../../../../shared/ipc/engine-verbs.ts';
import { toAppError } from '../../../../shared/errors/app-error.ts';
import { assertPlatformFeatures } from '../../repository/index.ts';
import { findServerBinaries, installHint } from '../../sandbox/index.ts';
import type { EngineContext, Run } from '../engine-context.ts';

type Finding = VerbOutput<'doctor'>['findings'][number];

/** What this machine has and lacks. `needed: false` marks what only some features want. */
export async function doctorVerb(
  context: EngineContext,
  _input: VerbInput<'doctor'>,
  run: Run,
): Promise<VerbOutput<'doctor'>> {
  return {
    findings: [
      {
        id: 'node',
        ok: Number(process.versions.node.split('.')[0]) >= 24,
        needed: true,
        facts: { version: process.versions.node, platform: `${process.platform}-${process.arch}` },
      },
      await platformFeatures(),
      await serverPrograms(run.signal),
      await freeSpace(context.home.dir),
      { id: 'home', ok: await context.home.isInitialised(), needed: false, facts: { home: context.home.dir } },
      {
        id: 'ssh-agent',
        ok: (process.env['SSH_AUTH_SOCK'] ?? '') !== '' || process.platform === 'win32',
        needed: false,
        facts: {},
      },
    ],
  };
}

async function platformFeatures(): Promise<Finding> {
  try {
    await assertPlatformFeatures();
    return { id: 'crypto-and-zstd', ok: true, needed: true, facts: {} };
  } catch (error) {
    return { id: 'crypto-and-zstd', ok: false, needed: true, facts: toAppError(error).facts };
  }
}

async function serverPrograms(signal: AbortSignal): Promise<Finding> {
  const found = await findServerBinaries(signal);
  const facts =
    found.length === 0
      ? { hint: installHint('auto', process.platform) }
      : { found: found.map(({ flavour, version }) => `${flavour} ${version}`).join(', ') };
  return { id: 'database-server', ok: found.length > 0, needed: false, facts };
}

async function freeSpace(dir: string): Promise<Finding> {
  const { bavail, bsize } = await statfs(dir);
  const freeBytes = bavail * bsize;
  return { id: 'free-space', ok: freeBytes > 1024 ** 3, needed: true, facts: { freeBytes } };
}
