import { resolve } from 'node:path';
import type { Command } from 'commander';
import { AppError, isAppErrorOf } from '../../../shared/errors/app-error.ts';
import type { VerbOutput } from '../../../shared/ipc/engine-verbs.ts';
import type { SourceView } from '../../../shared/model/source.ts';
import type { Words } from '../language.ts';
import { badArgument } from '../arguments/bad-argument.ts';
import { parseMysqlUrl } from '../arguments/addresses.ts';
import { readLedgerFile } from '../arguments/ledgers.ts';
import { oneOf, parseList, parseName, parseSecretColumn } from '../arguments/values.ts';
import { textTable } from '../output/text-table.ts';
import type { Picker, VerbContext, VerbRun } from '../verb-context.ts';
import { addServerFlags, checkServerFlags, readMysqlPassword, readSsh, type ServerFlags } from './flags.ts';
import { proposalLines } from './proposal-output.ts';
import { collect, stepLines, failedStep } from './shared-output.ts';

interface AddFlags extends ServerFlags {
  readonly mysql?: string;
  readonly databases?: string;
  readonly preset: string;
  readonly secret: string[];
  readonly ledger?: string;
  readonly files: string[];
  readonly leaveOut: string[];
  readonly accounts?: true;
}

interface SetFlags {
  readonly accounts?: string;
  readonly preset?: string;
  readonly secret: string[];
  readonly notSecret: string[];
  readonly ledger?: string;
  readonly withoutLedger: string[];
  /** `none` alone: no folder any more. */
  readonly files?: string[];
  readonly item?: string[];
  readonly leaveOut?: string[];
}

export function addSource(program: Command, { words, pick }: Picker): void {
  const group = program.command('source').description(words.say('help.source'));
  const add = group
    .command('add')
    .description(words.say('help.source-add'))
    .argument('<NAME>', words.say('argument.source'))
    .option('--mysql <URL>', words.say('flag.mysql'))
    .option('--databases <a,b>', words.say('flag.databases'))
    .option('--preset <auto|none|ID>', words.say('flag.preset'), 'auto')
    .option('--secret <TABLE.COLUMN>', words.say('flag.secret'), collect, [])
    .option('--ledger <FILE.json>', words.say('flag.ledger'))
    .option('--files <REMOTE_DIR>', words.say('flag.files'), collect, [])
    .option('--leave-out <PATTERN>', words.say('flag.leave-out'), collect, [])
    .option('--accounts', words.say('flag.accounts'));
  addServerFlags(add, words).action((name: string, flags: AddFlags) => {
    if (flags.mysql === undefined) throw badArgument('--mysql', 'missing');
    pick(addRun(parseName(name, 'NAME'), flags.mysql, flags));
  });
  group
    .command('list')
    .description(words.say('help.source-list'))
    .action(() => {
      pick(list);
    });
  group
    .command('test')
    .description(words.say('help.source-test'))
    .argument('<NAME>', words.say('argument.source'))
    .action((name: string) => {
      pick(test(parseName(name, 'NAME')));
    });
  group
    .command('set')
    .description(words.say('help.source-set'))
    .argument('<NAME>', words.say('argument.source'))
    .option('--accounts <on|off>', words.say('flag.set-accounts'))
    .option('--preset <auto|none|ID>', words.say('flag.preset'))
    .option('--secret <TABLE.COLUMN>', words.say('flag.secret'), collect, [])
    .option('--not-secret <TABLE.COLUMN>', words.say('flag.not-secret'), collect, [])
    .option('--ledger <FILE.json>', words.say('flag.ledger'))
    .option('--without-ledger <LEDGER>', words.say('flag.without-ledger'), collect, [])
    .option('--files <REMOTE_DIR>', words.say('flag.set-files'), collect)
    .option('--item <crontab|PATH>', words.say('flag.set-item'), collect)
    .option('--leave-out <PATTERN>', words.say('flag.set-leave-out'), collect)
    .action((name: string, flags: SetFlags) => {
      pick(set(parseName(name, 'NAME'), flags));
    });
  group
    .command('propose')
    .description(words.say('help.source-propose'))
    .argument('<NAME>', words.say('argument.source'))
    .action((name: string) => {
      pick(propose(parseName(name, 'NAME')));
    });
  group
    .command('remove')
    .description(words.say('help.source-remove'))
    .argument('<NAME>', words.say('argument.source'))
    .action((name: string) => {
      pick(remove(parseName(name, 'NAME')));
    });
}

function addRun(name: string, mysqlUrl: string, flags: AddFlags): VerbRun {
  const { database, ...address } = parseMysqlUrl(mysqlUrl);
  const named = parseList(flags.databases);
  const databases = named.length > 0 || database === null ? named : [database];
  const secretColumns = flags.secret.flatMap(parseList).map(parseSecretColumn);
  checkServerFlags(flags);
  return async (context) => {
    const { surroundings, words } = context;
    const ledgers = flags.ledger === undefined ? [] : await readLedgerFile(resolve(surroundings.cwd, flags.ledger));
    await context.unlock();
    const input = {
      name,
      mysql: { ...address, password: await readMysqlPassword(flags, context) },
      ssh: await readSsh(flags, context),
      databases,
      preset: flags.preset,
      secretColumns,
      ledgers,
      files: folders(flags.files) ?? [],
      ...(flags.leaveOut.length === 0 ? {} : { leaveOut: flags.leaveOut }),
      ...(flags.accounts === true ? { accounts: true } : {}),
    };
    const output = await addAskingAboutFingerprint(context, input);
    const { source, steps } = output;
    const lines = [...stepLines(steps, words), '', words.say('source.added', { name: source.name })];
    lines.push(...shopLines(source, words));
    if (source.secretColumns.length > 0) {
      lines.push(words.say('source.sealed', { columns: source.secretColumns.join(', ') }));
    }
    if (source.accounts === true) lines.push(words.say('source.accounts-on'));
    if (source.files !== undefined) lines.push(filesLine(source, words));
    if (source.ssh?.hostKey) lines.push(words.say('source.pinned', { fingerprint: source.ssh.hostKey.fingerprint }));
    lines.push(words.say('source.next', { name: source.name }));
    return { json: output, lines, finding: failedStep(steps) };
  };
}

/** `acg-faka (shop, acg_)`; what was added before shops were told apart has one without a place. */
function shopsOf({ preset, shops, unclear = [] }: SourceView): string[] {
  const placeOf = ({ database, prefix }: { readonly database: string; readonly prefix: string }) =>
    prefix === '' ? database : `${database}, ${prefix}`;
  return [
    ...(shops?.map((shop) => `${shop.preset} (${placeOf(shop)})`) ?? (preset === null ? [] : [preset])),
    ...unclear.map((shop) => `${shop.presets.join('? ')}? (${placeOf(shop)})`),
  ];
}

function shopLines(source: SourceView, words: Words): string[] {
  return shopsOf(source).map((preset) => words.say('source.preset', { preset }));
}

/** A server that is met for the first time: a person at the terminal may compare the fingerprint and say yes. */
async function addAskingAboutFingerprint(
  context: VerbContext,
  input: Parameters<typeof context.call<'source.add'>>[1],
): Promise<VerbOutput<'source.add'>> {
  const { surroundings, words } = context;
  try {
    return await context.call('source.add', input);
  } catch (error) {
    const fingerprint = error instanceof AppError ? error.facts['fingerprint'] : undefined;
    const isNewServer = isAppErrorOf(error, 'tunnel.host-key-unknown');
    if (!isNewServer || typeof fingerprint !== 'string' || !surroundings.isInputTty || input.ssh === null) throw error;
    context.tell(words.say('source.new-server', { host: input.ssh.host, fingerprint }));
    const answer = await surroundings.ask(words.say('ask.yes'), { hidden: false });
    if (answer.trim().toLowerCase() !== 'yes') throw error;
    return context.call('source.add', { ...input, ssh: { ...input.ssh, fingerprint } });
  }
}

const list: VerbRun = async (context) => {
  const { words } = context;
  await context.unlockIfAtHand();
  const output = await context.call('source.list', {});
  const rows = output.sources.map((source) => [
    source.name,
    `${source.mysql.user}@${source.mysql.host}:${source.mysql.port}`,
    source.ssh === null ? words.say('source.direct') : `${source.ssh.user}@${source.ssh.host}:${source.ssh.port}`,
    source.databases.length === 0 ? words.say('source.all-databases') : source.databases.join(', '),
    shopsOf(source).join(', '),
    source.hasCredentials ? '' : words.say('credentials.missing'),
  ]);
  const columns = (['name', 'database', 'tunnel', 'databases', 'program', 'note'] as const).map((id) => ({
    title: words.say(`column.${id}`),
  }));
  return { json: output, lines: rows.length === 0 ? [words.say('source.none')] : textTable(columns, rows) };
};

function test(name: string): VerbRun {
  return async (context) => {
    await context.unlock();
    const output = await context.call('source.test', { name });
    return { json: output, lines: stepLines(output.steps, context.words), finding: failedStep(output.steps) };
  };
}

interface FileSettings {
  readonly folders?: string[];
  readonly items?: string[];
  readonly leaveOut?: string[];
}

/** Null: nothing about files. */
function fileSettings({ files, item, leaveOut }: SetFlags): FileSettings | null {
  if (files === undefined && item === undefined && leaveOut === undefined) return null;
  const named = folders(files);
  const out = orNone(leaveOut);
  const items = orNone(item);
  if (items?.some((each) => each !== 'crontab' && !/^\/[^*]*[^/*]$/.test(each)) === true)
    throw badArgument('--item', 'not-absolute');
  return {
    ...(named === undefined ? {} : { folders: named }),
    ...(items === undefined ? {} : { items }),
    ...(out === undefined ? {} : { leaveOut: out }),
  };
}

async function setFiles(source: string, settings: FileSettings, context: VerbContext) {
  await context.unlockIfAtHand();
  const output = await context.call('files.set', { source, ...settings });
  return { json: output, lines: [filesLine(output.source, context.words)] };
}

function set(name: string, flags: SetFlags): VerbRun {
  const accounts =
    flags.accounts === undefined ? undefined : oneOf(flags.accounts, ['on', 'off'], '--accounts') === 'on';
  const secretColumns = flags.secret.flatMap(parseList).map(parseSecretColumn);
  const openColumns = flags.notSecret.flatMap(parseList).map(parseSecretColumn);
  const isEmpty =
    accounts === undefined &&
    flags.preset === undefined &&
    flags.ledger === undefined &&
    secretColumns.length + openColumns.length + flags.withoutLedger.length === 0;
  const files = fileSettings(flags);
  if (isEmpty && files === null) throw badArgument('--accounts', 'missing');
  return async (context) => {
    const { surroundings, words } = context;
    const ledgers =
      flags.ledger === undefined ? undefined : await readLedgerFile(resolve(surroundings.cwd, flags.ledger));
    await (flags.preset === undefined ? context.unlockIfAtHand() : context.unlock());
    if (isEmpty && files !== null) return setFiles(name, files, context);
    const said: string[] = files === null ? [] : (await setFiles(name, files, context)).lines;
    const output = await context.call('source.set', {
      name,
      ...(accounts === undefined ? {} : { accounts }),
      ...(flags.preset === undefined ? {} : { preset: flags.preset }),
      ...(secretColumns.length === 0 ? {} : { secretColumns }),
      ...(openColumns.length === 0 ? {} : { openColumns }),
      ...(ledgers === undefined ? {} : { ledgers }),
      ...(flags.withoutLedger.length === 0 ? {} : { withoutLedgers: flags.withoutLedger }),
    });
    if (accounts !== undefined) said.push(words.say(accounts ? 'source.accounts-on' : 'source.accounts-off'));
    return { json: output, lines: [...said, ...settingsLines(output.source, words)] };
  };
}

/** What is sealed and counted from now on. */
function settingsLines(source: SourceView, words: Words): string[] {
  return [
    ...shopLines(source, words),
    ...(source.secretColumns.length === 0
      ? []
      : [words.say('source.sealed', { columns: source.secretColumns.join(', ') })]),
    ...(source.ledgers.length === 0
      ? []
      : [words.say('source.counted', { ledgers: source.ledgers.map((ledger) => ledger.name).join(', ') })]),
  ];
}

function filesLine({ files = [], items = [] }: VerbOutput<'source.set'>['source'], words: Words): string {
  const kept = [...files, ...items];
  return kept.length === 0
    ? words.say('source.files-none')
    : words.say('source.files-on', { folders: kept.join(', ') });
}

function folders(named: readonly string[] | undefined): string[] | undefined {
  const given = orNone(named);
  if (given?.some((folder) => !folder.startsWith('/')) === true) throw badArgument('--files', 'not-absolute');
  return given;
}

function orNone(given: readonly string[] | undefined): string[] | undefined {
  return given === undefined ? undefined : given.filter((each) => each !== 'none');
}

function remove(name: string): VerbRun {
  return async (context) => {
    await context.unlockIfAtHand();
    const output = await context.call('source.remove', { name });
    return { json: output, lines: [context.words.say('source.removed', { name: output.removed })] };
  };
}

function propose(name: string): VerbRun {
  return async (context) => {
    const { words } = context;
    await context.unlock();
    const output = await context.call('source.propose', { name });
    return { json: output, lines: proposalLines(name, output, words) };
  };
}
