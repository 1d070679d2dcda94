import type { Command } from 'commander';
import { AppError, type ErrorCode } from '../../../shared/errors/app-error.ts';
import type { VerbOutput } from '../../../shared/ipc/engine-verbs.ts';
import { parseName, parseNames, parseRate } from '../arguments/values.ts';
import type { Words } from '../language.ts';
import { countText, durationText, localTime, shortId, sizeText } from '../output/figures.ts';
import { errorDocument, type Finding } from '../output/report.ts';
import type { Picker, VerbRun } from '../verb-context.ts';
import { alarmLines } from './ledgers.ts';
import { filesLines } from './files.ts';
import { checkLines, knownCode, ledgerLines, mark } from './shared-output.ts';

interface BackupFlags {
  readonly to?: string;
  readonly maxRate?: string;
  /** False with `--no-files`. */
  readonly files: boolean;
}

type BackupOutput = VerbOutput<'backup.run'>;

export function addBackup(program: Command, { words, pick }: Picker): void {
  program
    .command('backup')
    .description(words.say('help.backup'))
    .argument('<SOURCE>', words.say('argument.source'))
    .option('--to <NAME,…>', words.say('flag.to'))
    .option('--max-rate <10Mbit>', words.say('flag.max-rate'))
    .option('--no-files', words.say('flag.no-files'))
    .action((source: string, flags: BackupFlags) => {
      pick(backup(parseName(source, 'SOURCE'), flags));
    });
}

function backup(source: string, flags: BackupFlags): VerbRun {
  const to = parseNames(flags.to, '--to');
  const maxBytesPerSecond = flags.maxRate === undefined ? null : parseRate(flags.maxRate);
  return async (context) => {
    await context.unlock();
    const output = await context.call('backup.run', {
      source,
      to,
      maxBytesPerSecond,
      ...(flags.files ? {} : { files: false }),
    });
    return { json: output, lines: backupLines(output, context.words), finding: backupFinding(output) };
  };
}

function backupLines(output: BackupOutput, words: Words): string[] {
  const { snapshot, read, written, copies } = output;
  return [
    words.say('backup.done', {
      id: shortId(snapshot.id),
      at: localTime(snapshot.at),
      tables: countText(snapshot.tables),
      rows: countText(snapshot.rows),
      time: durationText(output.durationMs, words),
    }),
    words.say('backup.read', {
      bytes: sizeText(read.bytesFromServer),
      rows: countText(read.rowsFetched),
      reused: countText(read.rangesReused),
      total: countText(read.rangesTotal),
    }),
    ...((read.pausedMs ?? 0) > 0
      ? [words.say('backup.paused', { time: durationText(read.pausedMs ?? 0, words) })]
      : []),
    ...filesLines(output.files, words),
    words.say('backup.written', { objects: countText(written.objects), bytes: sizeText(written.bytes) }),
    '',
    ...ledgerLines(output.ledgers, words),
    '',
    ...checkLines(output.checks, words),
    ...((output.coverage?.open ?? 0) > 0 ? [words.say('backup.coverage-open', countsOf(output.coverage))] : []),
    ...(output.alarm === undefined ? [] : ['', ...alarmLines(output.alarm, words).slice(0, -1)]),
    '',
    ...copies.map(({ destination, ok, objectsCopied, bytesCopied, errorCode, facts = {} }) =>
      ok
        ? `${mark(true)} ${words.say('backup.copy', { destination, objects: countText(objectsCopied), bytes: sizeText(bytesCopied) })}`
        : `${mark(false)} ${destination}  ${errorDocument({ code: knownCode(errorCode), facts }, words).message}`,
    ),
  ];
}

function countsOf(coverage: BackupOutput['coverage']) {
  return { open: countText(coverage?.open ?? 0), all: countText(coverage?.all ?? 0) };
}

const codeOfCheck: Readonly<Record<string, ErrorCode>> = {
  'rows-equal-count': 'backup.rows-mismatch',
  'digest-equal': 'backup.digest-mismatch',
  'ledger-equal': 'backup.ledger-mismatch',
  'tables-readable': 'backup.tables-unreadable',
  'schema-still': 'backup.tables-moved',
  'objects-readable': 'backup.objects-unreadable',
  'views-valid': 'backup.views-broken',
  'plausible-size': 'backup.implausibly-small',
  'ledgers-readable': 'backup.ledger-unreadable',
  'breakdown-equal': 'backup.breakdown-mismatch',
  'counts-equal': 'backup.breakdown-mismatch',
  'ledgers-found': 'backup.ledger-missing',
  'secrets-found': 'backup.secret-missing',
  'tables-still-there': 'backup.tables-missing',
  'tables-isolated': 'backup.tables-unisolated',
  'copies-complete': 'copy.incomplete',
  'copies-sound': 'repository.damaged',
};

/** The first thing that did not hold: the picture itself, its money, then its copies. */
export function backupFinding({ checks, ledgers, copies }: BackupOutput): Finding | undefined {
  const failed = checks.find(({ ok }) => !ok);
  if (failed !== undefined) {
    const missed = copies.filter(({ ok }) => !ok).map(({ destination }) => destination);
    const destinations = failed.id === 'copies-complete' ? { destinations: missed.join(', ') } : {};
    const code =
      failed.id === 'files-kept'
        ? knownCode(String(failed.facts['error']))
        : (codeOfCheck[failed.id] ?? 'backup.digest-mismatch');
    return { error: new AppError(code, { ...failed.facts, ...destinations, check: failed.id }) };
  }
  const ledger = ledgers.find(({ equal }) => !equal);
  return ledger && { error: new AppError('backup.ledger-mismatch', { ledger: ledger.name }) };
}
