import fs from 'node:fs';
import promises from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { join } from 'node:path';
import process from 'node:process';

/**
 * A program of its own for the tests of the vault's rotation: it gives the vault of the home in `DIE_IN` new keys, and is killed at the `DIE_AT`-th time that it makes, names,
 * links or removes a file there that matters. Nothing is faked but the moment of death.
 */
const { DIE_AT = '', DIE_IN = '', WORDS = '', OLD = '', NEW = '' } = process.env;
let left = Number(DIE_AT);

/** Keys, the book of keys, papers and headers; with `SHOUHU_CRASH_ALL` whatever is written. */
const matters = process.env['SHOUHU_CRASH_ALL'] === '1' ? /./ : /keyring\.json|keys\.json|paper|shouhu\.json/;

function step(paths: readonly unknown[]): void {
  const names = paths.map(String).filter((name) => name.startsWith(DIE_IN) && !/\.sqlite/.test(name));
  if (!names.some((name) => matters.test(name))) return;
  left -= 1;
  if (left === 0) process.kill(process.pid, 'SIGKILL');
}

type Call = (...args: unknown[]) => unknown;
for (const name of ['rename', 'link', 'unlink', 'rm', 'open'] as const) {
  const real = promises[name] as Call;
  (promises as unknown as Record<string, Call>)[name] = (...args) => {
    const isReading =
      name === 'open' && (args[1] === undefined || args[1] === 'r' || args[1] === fs.constants.O_RDONLY);
    if (!isReading) step(args.slice(0, name === 'rename' || name === 'link' ? 2 : 1));
    return real(...args);
  };
}
syncBuiltinESMExports();

// After the patch, so that it is the patched functions that the engine meets.
const { openEngine } = await import('../index.ts');
const engine = await openEngine({ homeDir: join(DIE_IN, 'home'), language: 'zh' });
await engine.call('home.unlock', { words: WORDS });
await engine.call('key.rotateVault', {
  current: { passphrase: OLD },
  newPassphrase: NEW,
  dir: join(DIE_IN, 'paper'),
  language: 'zh',
  keep: [],
});
await engine.close();
process.stdout.write('lived\n');
