import type { Command } from 'commander';
import type { WrittenKey } from '../../../shared/model/redis-settings.ts';
import { parseRedisUrl } from '../arguments/addresses.ts';
import { badArgument } from '../arguments/bad-argument.ts';
import { parseList, parseName } from '../arguments/values.ts';
import { countText, localTime, sizeText } from '../output/figures.ts';
import { needSecret } from '../secrets.ts';
import type { Picker, VerbRun } from '../verb-context.ts';
import { mark } from './shared-output.ts';

interface SetFlags {
  readonly redis?: string;
  readonly redisEnvFile?: string;
  readonly redisPasswordEnv?: string;
  readonly redisPasswordFile?: string;
  readonly keys?: string;
  readonly off?: true;
}
interface RestoreFlags {
  readonly snapshot: string;
  readonly replace?: true;
  readonly dryRun?: true;
}

/** What a site keeps in Redis and not in its database. */
export function addSettings(program: Command, { words, pick }: Picker): void {
  const group = program.command('settings').description(words.say('help.settings'));
  group
    .command('set')
    .description(words.say('help.settings-set'))
    .argument('<SOURCE>', words.say('argument.source'))
    .option('--redis <URL>', words.say('flag.redis'))
    .option('--redis-env-file <PATH>', words.say('flag.redis-env-file'))
    .option('--redis-password-env <NAME>', words.say('flag.redis-password-env'))
    .option('--redis-password-file <PATH>', words.say('flag.redis-password-file'))
    .option('--keys <a,b>', words.say('flag.redis-keys'))
    .option('--off', words.say('flag.redis-off'))
    .action((source: string, flags: SetFlags) => {
      pick(set(parseName(source, 'SOURCE'), flags));
    });
  group
    .command('show')
    .description(words.say('help.settings-show'))
    .argument('<SOURCE>', words.say('argument.source'))
    .option('--snapshot <ID>', words.say('flag.snapshot'), 'latest')
    .action((source: string, { snapshot }: { readonly snapshot: string }) => {
      pick(show(parseName(source, 'SOURCE'), snapshot));
    });
  group
    .command('restore')
    .description(words.say('help.settings-restore'))
    .argument('<SOURCE>', words.say('argument.source'))
    .option('--snapshot <ID>', words.say('flag.snapshot'), 'latest')
    .option('--replace', words.say('flag.redis-replace'))
    .option('--dry-run', words.say('flag.redis-dry-run'))
    .action((source: string, flags: RestoreFlags) => {
      pick(restore(parseName(source, 'SOURCE'), flags));
    });
}

/** Where Laravel keeps its cache unless it is told otherwise; the file may tell. */
const laravelCache = 1;

function set(source: string, flags: SetFlags): VerbRun {
  const { redisEnvFile: envFile } = flags;
  const ways = [flags.off === true, flags.redis !== undefined, envFile !== undefined].filter((is) => is).length;
  if (ways !== 1) throw badArgument('--redis', ways === 0 ? 'missing' : 'not-together');
  if (envFile?.startsWith('/') === false) throw badArgument('--redis-env-file', 'not-absolute');
  const address = flags.redis === undefined ? null : parseRedisUrl(flags.redis);
  const keys = parseList(flags.keys);
  return async (context) => {
    const { surroundings, words } = context;
    await context.unlock();
    const hasPassword = flags.redisPasswordEnv !== undefined || flags.redisPasswordFile !== undefined;
    const secret = { env: flags.redisPasswordEnv, file: flags.redisPasswordFile, ask: 'never' } as const;
    const password = hasPassword ? await needSecret('redis-password', secret, surroundings, words) : null;
    const itemsIn = (database: number) => (keys.length === 0 ? [] : [{ id: 'settings', database, keys }]);
    const redis =
      address !== null
        ? { host: address.host, port: address.port, user: address.user, password, items: itemsIn(address.database) }
        : envFile !== undefined
          ? { envFile, items: itemsIn(laravelCache) }
          : null;
    const output = await context.call('settings.set', { source, redis });
    if (redis === null) return { json: output, lines: [words.say('settings.off', { source })] };
    const lines = output.items.map(({ keys: named, database, found, bytes }) => {
      const facts = {
        keys: named.join(', '),
        database: String(database),
        found: countText(found),
        bytes: sizeText(bytes),
      };
      return `${found > 0 ? mark(true) : '!'} ${words.say(found > 0 ? 'settings.found' : 'settings.found-none', facts)}`;
    });
    return { json: output, lines: [...lines, words.say('settings.on', { source })] };
  };
}

function show(source: string, snapshot: string): VerbRun {
  return async (context) => {
    const { words } = context;
    await context.unlockIfAtHand();
    const output = await context.call('settings.show', { source, snapshot });
    const lines = output.items.map(({ id, keys, bytes, at }) =>
      words.say('settings.item', { id, keys: countText(keys), bytes: sizeText(bytes), at: localTime(at) }),
    );
    return { json: output, lines: lines.length === 0 ? [words.say('settings.nothing', { source })] : lines };
  };
}

function restore(source: string, { snapshot, replace, dryRun }: RestoreFlags): VerbRun {
  return async (context) => {
    const { words } = context;
    await context.unlock();
    const output = await context.call('settings.restore', {
      source,
      snapshot,
      replace: replace === true,
      ...(dryRun === true ? { dryRun } : {}),
    });
    const lines = output.keys.map(({ name, outcome, before }) => {
      const said = words.say(`settings.key-${outcome}`, { before: before ?? '' });
      return `${signOf(outcome)} ${name}  ${said}`;
    });
    const isKept = output.keys.some(({ outcome }) => outcome === 'kept');
    return {
      json: output,
      lines: [
        ...lines,
        words.say(dryRun === true ? 'settings.only-looked' : isKept ? 'settings.some-kept' : 'settings.back', {
          from: output.from,
        }),
      ],
    };
  };
}

function signOf(outcome: WrittenKey['outcome']): string {
  if (outcome === 'kept') return '!';
  return outcome === 'expired' ? '-' : mark(true);
}
