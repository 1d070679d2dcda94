import { resolve } from 'node:path';
import type { Command } from 'commander';
import { AppError, type ErrorCode } from '../../../shared/errors/app-error.ts';
import { restoreCheckText } from '../../../shared/i18n/restore-checks.ts';
import type { RestoreTarget, RestoreUntil, VerbInput, VerbOutput } from '../../../shared/ipc/engine-verbs.ts';
import { parseMysqlUrl } from '../arguments/addresses.ts';
import { badArgument } from '../arguments/bad-argument.ts';
import { oneOf, parseInstant, parseList, parseName, parseTables } from '../arguments/values.ts';
import type { Words } from '../language.ts';
import { countText, durationText, localTime, shortId } from '../output/figures.ts';
import type { Finding, Finished } from '../output/report.ts';
import type { Picker, VerbContext, VerbRun } from '../verb-context.ts';
import {
  addServerFlags,
  addVaultFlags,
  checkServerFlags,
  readMysqlPassword,
  readSsh,
  readVault,
  type OpenVaultFlags,
  type ServerFlags,
} from './flags.ts';
import { resaleLines } from './resale-output.ts';
import { ledgerLines, mark } from './shared-output.ts';
import { swappedLines } from './swap.ts';

interface RestoreFlags extends ServerFlags, OpenVaultFlags {
  readonly snapshot: string;
  readonly at?: string;
  readonly beforeEvent?: string;
  readonly toGtid?: string;
  readonly databases?: string;
  readonly tables?: string;
  readonly from?: string;
  readonly into?: string;
  readonly as?: string;
  readonly swap?: true;
  readonly overwrite?: string;
  readonly withoutSafetySnapshot?: true;
  readonly resaleGuard?: string;
  readonly accounts?: true;
  readonly dryRun?: true;
}

type RestoreOutput = VerbOutput<'restore.run'>;
type ReadTarget = (context: VerbContext) => Promise<RestoreTarget>;

export function addRestore(program: Command, { words, pick }: Picker): void {
  const command = program
    .command('restore')
    .description(words.say('help.restore'))
    .argument('<SOURCE>', words.say('argument.source'))
    .option('--snapshot <ID|latest>', words.say('flag.snapshot'), 'latest')
    .option('--at <TIME>', words.say('flag.at'))
    .option('--before-event <ID>', words.say('flag.before-event'))
    .option('--to-gtid <GTID>', words.say('flag.to-gtid'))
    .option('--databases <a,b>', words.say('flag.databases'))
    .option('--tables <db.a,db.b>', words.say('flag.tables'))
    .option('--from <NAME>', words.say('flag.from'))
    .option('--into <same|URL|sandbox|sql:FILE>', words.say('flag.into'))
    .option('--as <DATABASE>', words.say('flag.as'))
    .option('--swap', words.say('flag.swap'))
    .option('--overwrite <host/database>', words.say('flag.overwrite'))
    .option('--without-safety-snapshot', words.say('flag.without-safety-snapshot'))
    .option('--resale-guard <on|off>', words.say('flag.resale-guard'))
    .option('--accounts', words.say('flag.restore-accounts'))
    .option('--dry-run', words.say('flag.restore-dry-run'));
  addVaultFlags(addServerFlags(command, words), words).action((source: string, flags: RestoreFlags) => {
    pick(restore(parseName(source, 'SOURCE'), flags));
  });
}

function restore(source: string, flags: RestoreFlags): VerbRun {
  const databases = parseList(flags.databases);
  const tables = parseTables(flags.tables);
  const from = flags.from === undefined ? null : parseName(flags.from, '--from');
  if (flags.as !== undefined && databases.length > 1) throw badArgument('--as', 'one-database');
  const readTarget = targetOf(flags);
  const until = untilOf(flags);
  const guard = flags.resaleGuard === undefined ? null : oneOf(flags.resaleGuard, ['on', 'off'], '--resale-guard');
  return async (context) => {
    await context.unlock();
    const input: VerbInput<'restore.run'> = {
      source,
      snapshot: flags.snapshot,
      from,
      ...(until === null ? {} : { until }),
      databases,
      tables,
      into: await readTarget(context),
      as: flags.as ?? null,
      // For a look the vault stays closed.
      vault: flags.dryRun === true ? null : await readVault(flags, context),
      ...(flags.accounts === true ? { accounts: true } : {}),
      ...(guard === null ? {} : { resaleGuard: guard }),
      ...(flags.swap === true ? { swap: true } : {}),
      ...(flags.overwrite === undefined ? {} : { overwrite: flags.overwrite }),
      ...(flags.withoutSafetySnapshot === true ? { withoutSafetySnapshot: true } : {}),
    };
    if (flags.dryRun === true) return checked(await context.call('restore.check', input), context.words);
    const output = await context.call('restore.run', input);
    const waits = output.vault === 'closed' && ['same', 'server'].includes(input.into.kind);
    const later = waits ? [context.words.say('restore.cards-later', { id: shortId(output.restoreId) })] : [];
    return {
      json: output,
      lines: [...restoreLines(output, context.words), ...later],
      finding: restoreFinding(output),
    };
  };
}

/** The sentences stand in the JSON as well: whoever reads it by a program shows them to a person. */
function checked(output: VerbOutput<'restore.check'>, words: Words): Finished {
  const told = output.checks.map((check) => ({ ...check, ...restoreCheckText(check, words.language) }));
  const failed = output.checks.find(({ state }) => state === 'fail');
  return {
    json: { ...output, checks: told },
    lines: [
      ...told.map(({ state, label, text }) => `${stateMarks[state]} ${label}: ${text}`),
      '',
      words.say(failed === undefined ? 'restore.can-begin' : 'restore.cannot-begin'),
    ],
    finding:
      failed === undefined
        ? undefined
        : { error: new AppError((failed.errorCode ?? 'unexpected') as ErrorCode, failed.facts) },
  };
}

const stateMarks = { ok: '✓', warn: '!', fail: '✗', unknown: '?' } as const;

function untilOf({ at, beforeEvent, toGtid }: RestoreFlags): RestoreUntil | null {
  const wanted: RestoreUntil[] = [
    ...(at === undefined ? [] : [{ kind: 'time', at: parseInstant(at, '--at') } as const]),
    ...(beforeEvent === undefined ? [] : [{ kind: 'event', id: beforeEvent } as const]),
    ...(toGtid === undefined ? [] : [{ kind: 'gtid', gtid: toGtid } as const]),
  ];
  if (wanted.length > 1) throw badArgument('--at --before-event --to-gtid', 'not-together');
  return wanted[0] ?? null;
}

function targetOf(flags: RestoreFlags): ReadTarget {
  const { into } = flags;
  if (into === undefined) throw badArgument('--into', 'missing');
  if (into === 'same' || into === 'sandbox') return () => Promise.resolve({ kind: into });
  if (into.startsWith('sql:') && into.length > 'sql:'.length) {
    return ({ surroundings }) =>
      Promise.resolve({ kind: 'sql', path: resolve(surroundings.cwd, into.slice('sql:'.length)) });
  }
  if (!into.includes('://')) throw badArgument('--into', 'not-a-target');
  const { database, ...address } = parseMysqlUrl(into, '--into');
  if (database !== null) throw badArgument('--into', 'database-in-url');
  checkServerFlags(flags);
  return async (context) => ({
    kind: 'server',
    target: {
      ...address,
      password: await readMysqlPassword(flags, context),
      ssh: await readSsh(flags, context),
    },
  });
}

function restoreLines(output: RestoreOutput, words: Words): string[] {
  const where = output.file ?? output.databases.join(', ');
  // A file can be compared with nothing yet: that is for the server that reads it. A moment was put together on a server before.
  const isCompared = output.file === null || output.replay !== undefined;
  return [
    words.say('restore.done', {
      id: shortId(output.snapshot),
      at: localTime(output.stoppedAt),
      from: output.from,
      where,
      tables: countText(output.tables),
      rows: countText(output.rows),
      time: durationText(output.durationMs, words),
    }),
    ...(isCompared ? [digestLine(output, words)] : []),
    ...replayLines(output, words),
    ...(output.vault === 'closed' ? [words.say('restore.vault-closed')] : []),
    ...accountLines(output, words),
    ...resaleLines(output.resale, words),
    ...(isCompared ? ['', ...ledgerLines(output.ledgers, words)] : []),
    ...output.notes.map((note) => noteLine(note, words)),
    ...nextLines(output, words),
    ...programLines(output, words),
  ];
}

/** What the owner may not know and the program's users found out. */
function programLines({ programNotes = [] }: RestoreOutput, words: Words): string[] {
  if (programNotes.length === 0) return [];
  const { language } = words;
  return [
    '',
    words.say('restore.program-notes'),
    ...programNotes.map(({ program, text }) => `  · ${program[language]}: ${text[language]}`),
  ];
}

/** What the shop has from it now, or how to give it to the shop. */
function nextLines({ swap, swapped }: RestoreOutput, words: Words): string[] {
  if (swapped !== undefined) return ['', ...swappedLines(swapped, words)];
  return swap === null ? [] : ['', words.say('restore.swap-with', { id: shortId(swap) })];
}

function replayLines({ replay }: RestoreOutput, words: Words): string[] {
  if (replay === undefined) return [];
  const { transactions, statements, to, lastCommitAt } = replay;
  const facts = {
    transactions: countText(transactions),
    statements: countText(statements),
    place: `${to.file}:${to.position}`,
  };
  if (lastCommitAt === null) return [words.say('restore.replayed-nothing', facts)];
  return [words.say('restore.replayed', { ...facts, at: localTime(lastCommitAt) })];
}

/** Each one that was left as it was is among the notes. */
function accountLines({ accounts }: RestoreOutput, words: Words): string[] {
  if (accounts === undefined) return [];
  const { created, existing } = accounts;
  const names = created.length === 0 ? '' : ` (${created.join(', ')})`;
  const counts = { created: countText(created.length), existing: countText(existing.length) };
  return [words.say('restore.accounts', { ...counts, names })];
}

function digestLine({ digest }: RestoreOutput, words: Words): string {
  const figures = { compared: countText(digest.compared), ranges: countText(digest.ranges) };
  return `${mark(digest.equal)} ${words.say('restore.digest', figures)}`;
}

/** Notes are `id: what it is about`. */
export function noteLine(note: string, words: Words): string {
  const [id = '', ...subject] = note.split(': ');
  return `· ${[words.wordFor('note', id), ...subject].join(': ')}`;
}

export function restoreFinding(output: RestoreOutput): Finding | undefined {
  const { digest } = output;
  if (!digest.equal) {
    return { error: new AppError('restore.digest-mismatch', { ranges: digest.ranges, compared: digest.compared }) };
  }
  const ledger = [...output.ledgers, ...(output.counts ?? [])].find(({ equal }) => !equal);
  return ledger && { error: new AppError('restore.ledger-mismatch', { ledger: ledger.name }) };
}
