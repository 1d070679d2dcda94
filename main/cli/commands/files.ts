import { resolve } from 'node:path';
import type { Command } from 'commander';
import type { VerbInput, VerbOutput } from '../../../shared/ipc/engine-verbs.ts';
import type { BackupFiles, SiteFinding, SiteText } from '../../../shared/model/site-files.ts';
import { badArgument } from '../arguments/bad-argument.ts';
import { parseName } from '../arguments/values.ts';
import type { Words } from '../language.ts';
import { countText, durationText, localTime, shortId, sizeText } from '../output/figures.ts';
import { textTable } from '../output/text-table.ts';
import type { Picker, VerbRun } from '../verb-context.ts';

interface PointFlags {
  readonly snapshot?: string;
}

interface ListFlags extends PointFlags {
  readonly search?: string;
}

interface DiffFlags {
  readonly text?: true;
  readonly showSecrets?: true;
  readonly from?: string;
  readonly to?: string;
}

interface RestoreFlags extends PointFlags {
  readonly path?: string;
  readonly toDir?: string;
  readonly toServer?: string | true;
  readonly from?: string;
}

interface ExportGitFlags extends PointFlags {
  readonly from?: string;
}

const mostListed = 10_000;
const mostTexts = 200;
const mostNames = 20;

export function addFiles(program: Command, { words, pick }: Picker): void {
  const group = program.command('files').description(words.say('help.files'));
  const source = (command: Command) => command.argument('<SOURCE>', words.say('argument.source'));
  source(group.command('list').description(words.say('help.files-list')))
    .argument('[PATH]', words.say('argument.files-path'))
    .option('--snapshot <ID|latest>', words.say('flag.files-snapshot'))
    .option('--search <TEXT>', words.say('flag.files-search'))
    .action((name: string, path: string | undefined, flags: ListFlags) => {
      pick(list(parseName(name, 'SOURCE'), path ?? null, flags));
    });
  source(group.command('folders').description(words.say('help.files-folders')))
    .argument('[FOLDER]', words.say('argument.remote-folder'))
    .action((name: string, folder: string | undefined) => {
      pick(folders(parseName(name, 'SOURCE'), folder ?? null));
    });
  source(group.command('diff').description(words.say('help.files-diff')))
    .argument('[PATH]', words.say('argument.files-path'))
    .option('--from <ID>', words.say('flag.files-from'))
    .option('--to <ID|latest>', words.say('flag.files-to'))
    .option('--text', words.say('flag.files-text'))
    .option('--show-secrets', words.say('flag.files-show-secrets'))
    .action((name: string, path: string | undefined, flags: DiffFlags) => {
      if (flags.showSecrets === true && flags.text !== true) throw badArgument('--show-secrets', 'only-with-text');
      const source = parseName(name, 'SOURCE');
      pick(flags.text === true ? texts(source, path ?? null, flags) : diff(source, path ?? null, flags));
    });
  source(group.command('findings').description(words.say('help.files-findings')))
    .argument('[ID...]', words.say('argument.findings'))
    .option('--seen', words.say('flag.files-seen'))
    .action((name: string, ids: readonly string[], { seen }: { readonly seen?: true }) => {
      if (ids.length > 0 && seen !== true) throw badArgument('ID', 'only-with-seen');
      pick(findings(parseName(name, 'SOURCE'), seen !== true ? [] : ids.length === 0 ? 'all' : ids.map(parseFinding)));
    });
  source(group.command('export-git').description(words.say('help.files-export-git')))
    .argument('<DIR>', words.say('argument.git-dir'))
    .option('--snapshot <ID|latest>', words.say('flag.files-snapshot'))
    .option('--from <NAME>', words.say('flag.from'))
    .action((name: string, dir: string, flags: ExportGitFlags) => {
      pick(exportGit(parseName(name, 'SOURCE'), dir, flags));
    });
  source(group.command('restore').description(words.say('help.files-restore')))
    .option('--snapshot <ID|latest>', words.say('flag.files-snapshot'))
    .option('--path <PATH>', words.say('flag.files-path'))
    .option('--to-dir <DIR>', words.say('flag.files-to-dir'))
    .option('--to-server [DIR]', words.say('flag.files-to-server'))
    .option('--from <NAME>', words.say('flag.from'))
    .action((name: string, flags: RestoreFlags) => {
      pick(restore(parseName(name, 'SOURCE'), flags));
    });
}

function folders(source: string, folder: string | null): VerbRun {
  return async (context) => {
    const { words } = context;
    await context.unlock();
    const output = await context.call('files.browse', { source, folder });
    const proposed = output.proposed.map(({ folder: site, preset }) =>
      preset === null
        ? words.say('files.folder-maybe', { folder: site })
        : words.say('files.folder-proposed', { folder: site, program: preset }),
    );
    const inside = output.folders.map(
      ({ path, isCache }) => `  ${path}${isCache ? ` ${words.say('files.folder-cache')}` : ''}`,
    );
    const head = words.say(inside.length === 0 ? 'files.folder-none' : 'files.folder-inside', {
      folder: output.folder,
    });
    return { json: output, lines: [...proposed, head, ...inside] };
  };
}

function list(source: string, path: string | null, flags: ListFlags): VerbRun {
  return async (context) => {
    const { words } = context;
    await context.unlock();
    const search = flags.search === undefined ? {} : { search: flags.search };
    const input = { source, snapshot: flags.snapshot ?? 'latest', path, limit: mostListed, ...search };
    const output = await context.call('files.list', input);
    const rows = output.entries.map(({ type, mode, size, modifiedAt, path: name }) => [
      words.wordFor('file-type', type),
      type === 'unread' ? '' : mode.toString(8).padStart(4, '0'),
      type === 'file' ? sizeText(size) : '',
      modifiedAt === null ? '' : localTime(modifiedAt),
      name,
    ]);
    const columns = [
      { title: '' },
      { title: words.say('column.mode') },
      { title: words.say('column.size'), align: 'right' },
      { title: words.say('column.at') },
      { title: words.say('column.path') },
    ] as const;
    const cut = output.isCut ? [words.say('files.cut', { count: countText(output.entries.length) })] : [];
    return { json: output, lines: [pointLine(output.snapshot, words), '', ...textTable(columns, rows), ...cut] };
  };
}

function diff(source: string, path: string | null, flags: DiffFlags): VerbRun {
  return async (context) => {
    const { words } = context;
    await context.unlock();
    const input = { source, from: flags.from ?? null, to: flags.to ?? 'latest', path, limit: mostListed };
    const output = await context.call('files.diff', input);
    const { counts, changes } = output;
    const signs = { added: '+', changed: '~', removed: '-', mode: 'm' } as const;
    const lines = [
      words.say('files.compared', { from: localTime(output.from.at), to: localTime(output.to.at) }),
      words.say('files.counts', {
        added: countText(counts.added),
        changed: countText(counts.changed),
        removed: countText(counts.removed),
        mode: countText(counts.mode),
      }),
      '',
      ...changes.map((each) => `${signs[each.change]} ${each.path}${modeChange(each)}`),
    ];
    return { json: output, lines };
  };
}

function texts(source: string, path: string | null, flags: DiffFlags): VerbRun {
  return async (context) => {
    const { words } = context;
    await context.unlock();
    const output = await context.call('files.text', {
      source,
      from: flags.from ?? null,
      to: flags.to ?? 'latest',
      path,
      showSecrets: flags.showSecrets === true,
      limit: mostTexts,
    });
    const hidden = output.files.reduce((sum, file) => sum + file.hidden, 0);
    const lines = [
      words.say('files.compared', { from: localTime(output.from.at), to: localTime(output.to.at) }),
      ...(output.files.length === 0 ? [words.say('files.no-texts')] : []),
      ...output.files.flatMap((file) => textLines(file, words)),
      ...(output.more === 0 ? [] : ['', words.say('files.more-texts', { count: countText(output.more) })]),
      ...(hidden === 0 ? [] : ['', words.say('files.hidden', { count: countText(hidden) })]),
    ];
    return { json: output, lines };
  };
}

function textLines({ folder, path, change, kind, encoding, hunks, isCut }: SiteText, words: Words): string[] {
  const notes = [
    words.wordFor('file-change', change),
    ...(kind === 'text' ? [] : [words.wordFor('file-kind', kind)]),
    ...(encoding === null || encoding === 'utf-8' ? [] : [encoding.toUpperCase()]),
  ];
  return [
    '',
    `=== ${folder.replace(/\/$/, '')}/${path} (${notes.join(', ')})`,
    ...hunks.flatMap(({ oldStart, oldLines, newStart, newLines, lines }) => [
      `@@ -${oldStart},${oldLines} +${newStart},${newLines} @@`,
      ...lines,
    ]),
    ...(isCut ? [words.say('files.text-cut')] : []),
  ];
}

function parseFinding(text: string): string {
  if (!/^[0-9a-f]{12}$/i.test(text)) throw badArgument('ID', 'not-a-finding');
  return text.toLowerCase();
}

function findings(source: string, seen: VerbInput<'files.findings'>['seen']): VerbRun {
  return async (context) => {
    const { words } = context;
    await context.unlockIfAtHand();
    const output = await context.call('files.findings', { source, seen });
    const lines = output.findings.map(
      ({ id, snapshot, ...finding }) => `${id}  ${localTime(snapshot.at)}  ${findingLine(finding, words)}`,
    );
    const count = output.seen.length;
    const open = output.findings.filter(({ id }) => !output.seen.includes(id)).length;
    const end =
      count > 0
        ? words.say('files.seen', { count: countText(count), open: countText(open) })
        : words.say('files.look-then-seen', { source });
    return { json: output, lines: lines.length === 0 ? [words.say('files.no-findings')] : [...lines, '', end] };
  };
}

function modeChange({ change, before, after }: VerbOutput<'files.diff'>['changes'][number]): string {
  if (change !== 'mode' || before === null || after === null) return '';
  return `  ${before.mode.toString(8)} → ${after.mode.toString(8)}`;
}

function restore(source: string, flags: RestoreFlags): VerbRun {
  const { toDir, toServer } = flags;
  if ((toDir === undefined) === (toServer === undefined))
    throw badArgument('--to-dir', toDir === undefined ? 'missing' : 'not-together');
  const from = flags.from === undefined ? null : parseName(flags.from, '--from');
  if (typeof toServer === 'string' && !toServer.startsWith('/')) throw badArgument('--to-server', 'not-absolute');
  return async (context) => {
    const { surroundings, words } = context;
    await context.unlock();
    const output = await context.call('files.restore', {
      source,
      snapshot: flags.snapshot ?? 'latest',
      path: flags.path ?? null,
      to:
        toDir === undefined
          ? { kind: 'server', folder: typeof toServer === 'string' ? toServer : null }
          : { kind: 'folder', path: resolve(surroundings.cwd, toDir) },
      from,
    });
    const named = (key: 'files.unread' | 'files.was-changing', names: readonly string[]) =>
      names.length === 0 ? [] : [words.say(key, { count: countText(names.length), names: few(names) })];
    const lines = [
      pointLine(output.snapshot, words),
      words.say('files.restored', {
        files: countText(output.files),
        bytes: sizeText(output.bytes),
        time: durationText(output.durationMs, words),
        places: output.places.join(', '),
      }),
      ...named('files.unread', output.unread),
      ...named('files.was-changing', output.changedWhileRead),
      ...output.renamed.slice(0, mostNames).map(({ from: was, to }) => words.say('files.renamed', { from: was, to })),
      ...(output.linksNotMade > 0
        ? [words.say('files.links-not-made', { count: countText(output.linksNotMade) })]
        : []),
      ...(output.ownersNotGiven > 0 ? [words.say('files.owners-not-given')] : []),
    ];
    return { json: output, lines };
  };
}

function exportGit(source: string, dir: string, flags: ExportGitFlags): VerbRun {
  const from = flags.from === undefined ? null : parseName(flags.from, '--from');
  return async (context) => {
    const { surroundings, words } = context;
    await context.unlock();
    const output = await context.call('files.export-git', {
      source,
      snapshot: flags.snapshot ?? 'latest',
      path: resolve(surroundings.cwd, dir),
      from,
    });
    const { place, commit, commits, files, outside, isBehind, durationMs } = output;
    const lines = [
      pointLine(output.snapshot, words),
      words.say('files.exported-git', {
        commits: countText(commits),
        place,
        files: countText(files),
        commit: commit.slice(0, 8),
        time: durationText(durationMs, words),
      }),
      ...outsideLines(outside, words),
      ...(isBehind ? [words.say('files.git-behind')] : []),
      words.say('files.git-is-clear', { place }),
    ];
    return { json: output, lines };
  };
}

function historyLines(history: BackupFiles['history'], words: Words): string[] {
  if (history === undefined) return [];
  const { files, bytes, commit, outside } = history;
  const facts = { files: countText(files), bytes: sizeText(bytes), commit: commit.slice(0, 8) };
  return [words.say('files.history', facts), ...outsideLines(outside, words)];
}

function outsideLines(outside: NonNullable<BackupFiles['history']>['outside'], words: Words): string[] {
  if (outside.length === 0) return [];
  const some = outside.map(({ reason, files, names }) =>
    words.say('files.outside-some', {
      reason: words.wordFor('outside-history', reason),
      count: countText(files),
      names: files > names.length ? `${names.join(', ')}, …` : names.join(', '),
    }),
  );
  return [words.say('files.outside', { what: some.join('; ') })];
}

/** What a backup or a snapshot says of its files. */
export function filesLines(files: BackupFiles | undefined, words: Words): string[] {
  if (files === undefined) return [];
  const { changes } = files;
  return [
    words.say('files.kept', {
      files: countText(files.files),
      bytes: sizeText(files.bytes),
      read: countText(files.read.files),
      readBytes: sizeText(files.read.bytes),
    }),
    ...(changes === undefined
      ? []
      : [
          words.say('files.changed', {
            added: countText(changes.added),
            changed: countText(changes.changed),
            removed: countText(changes.removed),
          }),
        ]),
    ...(files.byTime === true && files.files > 0 ? [words.say('files.by-time')] : []),
    ...historyLines(files.history, words),
    ...files.findings.slice(0, mostNames).map((finding) => findingLine(finding, words)),
    ...(files.findings.length > mostNames
      ? [words.say('files.more-findings', { count: countText(files.findings.length - mostNames) })]
      : []),
  ];
}

function findingLine({ kind, path, change }: SiteFinding, words: Words): string {
  return words.say('files.finding', {
    what: words.wordFor('file-finding', kind),
    change: words.wordFor('file-change', change),
    path,
  });
}

function pointLine({ id, at }: { readonly id: string; readonly at: string }, words: Words): string {
  return words.say('files.of-snapshot', { id: shortId(id), at: localTime(at) });
}

function few(names: readonly string[]): string {
  return names.length <= mostNames ? names.join(', ') : `${names.slice(0, mostNames).join(', ')}, …`;
}
