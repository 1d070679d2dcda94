import type { Command } from 'commander';
import { parseName } from '../arguments/values.ts';
import { countText, localTime, shortId, sizeText } from '../output/figures.ts';
import { textTable } from '../output/text-table.ts';
import type { Words } from '../language.ts';
import { isClockDoubtful } from '../../../shared/model/snapshot-age.ts';
import type { Manifest, SnapshotCopy } from '../../../shared/model/snapshot.ts';
import type { Picker, VerbRun } from '../verb-context.ts';
import { checkLines, ledgerLines, mark } from './shared-output.ts';

interface SnapshotsFlags {
  readonly atDestination?: string;
}

export function addSnapshots(program: Command, { words, pick }: Picker): void {
  program
    .command('snapshots')
    .description(words.say('help.snapshots'))
    .argument('[SOURCE]', words.say('argument.source'))
    .option('--at-destination <NAME>', words.say('flag.at-destination'))
    .action((source: string | undefined, flags: SnapshotsFlags) => {
      pick(snapshots(source, flags));
    });
  program
    .command('show')
    .description(words.say('help.show'))
    .argument('<SNAPSHOT>', words.say('argument.snapshot'))
    .action((snapshot: string) => {
      pick(show(snapshot));
    });
}

function snapshots(name: string | undefined, flags: SnapshotsFlags): VerbRun {
  const source = name === undefined ? null : parseName(name, 'SOURCE');
  const atDestination = flags.atDestination === undefined ? null : parseName(flags.atDestination, '--at-destination');
  return async (context) => {
    const { words } = context;
    await (atDestination === null ? context.unlockIfAtHand() : context.unlock());
    const output = await context.call('snapshots.list', { source, atDestination });
    const rows = output.snapshots.map((snapshot) => [
      mark(snapshot.checksOk),
      shortId(snapshot.id),
      snapshot.source,
      `${localTime(snapshot.at)}${isClockDoubtful(snapshot) ? ' !' : ''}`,
      countText(snapshot.tables),
      countText(snapshot.rows),
      sizeText(snapshot.bytes),
      snapshot.copies.map((copy) => copyText(copy, words)).join(', '),
    ]);
    const columns = [
      { title: '' },
      { title: words.say('column.id') },
      { title: words.say('column.source') },
      { title: words.say('column.at') },
      { title: words.say('column.tables'), align: 'right' },
      { title: words.say('column.rows'), align: 'right' },
      { title: words.say('column.size'), align: 'right' },
      { title: words.say('column.copies') },
    ] as const;
    const doubt = output.snapshots.some(isClockDoubtful) ? ['', words.say('snapshots.clock-wrong')] : [];
    const lines = rows.length === 0 ? [words.say('snapshots.none')] : [...textTable(columns, rows), ...doubt];
    return { json: output, lines };
  };
}

function show(snapshot: string): VerbRun {
  return async (context) => {
    const { words } = context;
    await context.unlock();
    const output = await context.call('snapshot.show', { snapshot });
    const tables = output.tables.map((table) => [
      `${table.database}.${table.name}`,
      countText(table.rows),
      sizeText(table.textBytes),
      table.sealed ? words.say('show.sealed') : '',
    ]);
    const columns = [
      { title: words.say('column.table') },
      { title: words.say('column.rows'), align: 'right' },
      { title: words.say('column.size'), align: 'right' },
      { title: words.say('column.note') },
    ] as const;
    const { summary, copies } = { summary: output.snapshot, copies: output.copies };
    const lines = [
      words.say('show.head', { id: summary.id, source: summary.source, at: localTime(summary.at) }),
      '',
      ...textTable(columns, tables),
      '',
      ...ledgerLines(output.ledgers, words),
      '',
      ...checkLines(output.manifest.checks, words),
      ...accountLines(output.manifest, words),
      ...siteLines(output.manifest, words),
      '',
      ...(copies.length === 0 ? [words.say('show.no-copies')] : copies.map((copy) => copyLine(copy, words))),
    ];
    return { json: { ...output, rows: summary.rows }, lines };
  };
}

function accountLines({ accounts }: Manifest, words: Words): string[] {
  if (accounts === undefined) return [];
  const { users, roles } = accounts;
  const names = [...users, ...roles].join(', ');
  return [words.say('show.accounts', { users: countText(users.length), roles: countText(roles.length), names })];
}

function siteLines({ site }: Manifest, words: Words): string[] {
  return (site?.roots ?? []).map(({ folder, files, links, bytes, unread, leftOut }) =>
    words.say('show.files', {
      folder,
      files: countText(files),
      links: countText(links),
      bytes: sizeText(bytes),
      unread: countText(unread),
      leftOut: countText(leftOut),
    }),
  );
}

function copyText(copy: SnapshotCopy, words: Words): string {
  const state = words.wordFor('copy-state', copy.state);
  return `${copy.destination} (${copy.intact ? state : words.say('copy.not-intact')})`;
}

function copyLine(copy: SnapshotCopy, words: Words): string {
  return `${mark(copy.intact)} ${copyText(copy, words)}  ${localTime(copy.at)}`;
}
