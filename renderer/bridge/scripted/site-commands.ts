import { AppError } from '../../../shared/errors/app-error.ts';
import type { CommandInput, CommandOutput } from '../../../shared/ipc/contract.ts';
import type { SourceView } from '../../../shared/model/source.ts';
import type { FakeJobs } from './fake-jobs.ts';
import { idOf } from './sample-shop.ts';
import { sampleBrowse, sampleFiles, sampleFolder, sampleText } from './sample-site.ts';
import type { World } from './world.ts';

/** Files of a site and settings in its Redis. A search for `nothing` finds nothing; the Redis password `wrong` is refused. */
export function siteCommands(world: World, jobs: FakeJobs, changed: () => void) {
  const sourceOf = (name: string): SourceView => {
    const found = world.sources.find((each) => each.name === name);
    if (found === undefined) throw new AppError('source.unknown', { name });
    return found;
  };
  function change(name: string, next: (source: SourceView) => SourceView): SourceView {
    const source = next(sourceOf(name));
    world.sources = world.sources.map((each) => (each.name === name ? source : each));
    changed();
    return source;
  }
  function pointOf(snapshot: string): { id: string; at: string } {
    const found = snapshot === 'latest' ? world.snapshots[0] : world.snapshots.find(({ id }) => id === snapshot);
    if (found === undefined) throw new AppError('snapshot.unknown', { snapshot });
    return { id: found.id, at: found.at };
  }
  return {
    'files.browse': ({ source, folder }: CommandInput<'files.browse'>): CommandOutput<'files.browse'> => {
      if (sourceOf(source).ssh === null) throw new AppError('files.no-ssh', { source });
      return sampleBrowse(folder);
    },
    'files.set': ({ source, folders, leaveOut }: CommandInput<'files.set'>): CommandOutput<'files.set'> => ({
      source: change(source, (each) => ({
        ...each,
        ...(folders === undefined ? {} : { files: folders }),
        ...(leaveOut === undefined ? {} : { leaveOut }),
      })),
    }),
    'files.list': (input: CommandInput<'files.list'>): CommandOutput<'files.list'> => {
      const { snapshot, limit, skip = 0, search = '' } = input;
      const point = pointOf(snapshot);
      if (sourceOf(input.source).files === undefined) throw new AppError('files.none', { snapshot: point.id });
      const found = sampleFiles.filter(({ path }) => path.toLowerCase().includes(search.toLowerCase()));
      return { snapshot: point, entries: found.slice(skip, skip + limit), isCut: found.length > skip + limit };
    },
    'files.diff': ({ to }: CommandInput<'files.diff'>): CommandOutput<'files.diff'> => {
      const file = sampleFiles.find(({ path }) => path === '.env');
      const before = { type: 'file', size: 812, mode: 0o640, modifiedAt: '2026-11-20T02:00:00.000Z' } as const;
      const after = { ...before, size: file?.size ?? 0 };
      const at = (path: string) => ({ folder: sampleFolder, path });
      return {
        from: pointOf(world.snapshots[1]?.id ?? 'latest'),
        to: pointOf(to),
        counts: { added: 1, changed: 2, removed: 0, mode: 1 },
        changes: [
          { ...at('.env'), change: 'changed', before, after },
          { ...at('public/index.php'), change: 'mode', before, after: { ...before, mode: 0o777 } },
          { ...at('public/uploads/20261122/shell.php'), change: 'added', before: null, after: { ...after, size: 61 } },
          { ...at('storage/app/banner.jpg'), change: 'changed', before, after },
        ],
      };
    },
    'files.text': ({ path, to }: CommandInput<'files.text'>): CommandOutput<'files.text'> => ({
      from: pointOf(world.snapshots[1]?.id ?? 'latest'),
      to: pointOf(to),
      files: sampleText(path ?? ''),
      more: 0,
    }),
    'files.findings': ({ seen }: CommandInput<'files.findings'>): CommandOutput<'files.findings'> => {
      if (!world.isSiteOdd || world.snapshots.length === 0) return { findings: [], seen: [] };
      const snapshot = pointOf('latest');
      const all: CommandOutput<'files.findings'>['findings'] = [
        { id: '5b1e77a00c01', kind: 'config-changed', path: '.env', change: 'changed', snapshot },
        {
          id: '5b1e77a00c02',
          kind: 'script-in-uploads',
          path: 'public/uploads/20261122/shell.php',
          change: 'added',
          snapshot,
        },
      ];
      const findings = all.filter(({ id }) => !world.seenFindings.includes(id));
      const now = seen === 'all' ? findings.map(({ id }) => id) : seen;
      world.seenFindings = [...world.seenFindings, ...now];
      return { findings, seen: [...now] };
    },
    'files.export-git': async (input: CommandInput<'files.export-git'>): Promise<CommandOutput<'files.export-git'>> => {
      await jobs.walk(input.jobId, 'files.export-git', input.source, [
        { phase: 'history-export', details: ['C:\\Users\\me\\Desktop\\历史'], bytes: 480_000 },
      ]);
      return {
        snapshot: pointOf(input.snapshot),
        place: 'C:\\Users\\me\\Desktop\\历史',
        commit: '9fceb02d0ae598e95dc970b74767f19372d61af8',
        isBehind: false,
        commits: 12,
        objects: 340,
        bytes: 480_000,
        files: 214,
        outside: [{ reason: 'upload', files: 83, names: ['public/uploads/20261122/1.png'] }],
        durationMs: 700,
      };
    },
    'files.restore': async (input: CommandInput<'files.restore'>): Promise<CommandOutput<'files.restore'>> => {
      const { jobId, source, path, to } = input;
      const wanted = sampleFiles.filter((each) => path === null || `${each.folder}/${each.path}`.startsWith(path));
      const bytes = wanted.reduce((sum, { size }) => sum + size, 0);
      await jobs.walk(jobId, 'files.restore', source, [
        { phase: 'files-back', details: wanted.map((each) => each.path), bytes },
      ]);
      return {
        snapshot: pointOf(input.snapshot),
        places: [
          to.kind === 'folder' ? 'C:\\Users\\me\\Desktop\\网站文件' : `${sampleFolder}__restore_20261123T113000Z`,
        ],
        files: wanted.length,
        folders: 4,
        links: 0,
        bytes,
        unread: [],
        changedWhileRead: [],
        renamed: [],
        linksNotMade: 0,
        ownersNotGiven: to.kind === 'folder' ? wanted.length : 0,
        durationMs: 900,
      };
    },
    'settings.set': ({ source, redis }: CommandInput<'settings.set'>): CommandOutput<'settings.set'> => {
      const way = redis === null || 'host' in redis ? redis : { ...redisPlace, user: null, password: '' };
      if (way?.password === 'wrong') throw new AppError('redis.refused', { ...redisPlace, reason: 'WRONGPASS' });
      const usual = { id: 'system-settings', database: 1, keys: ['*system-setting'] };
      const items = redis === null ? [] : redis.items.length > 0 ? redis.items : [usual];
      change(source, (each) => {
        const rest = withoutRedis(each);
        if (way === null) return rest;
        const { host, port, user, password } = way;
        return { ...rest, redis: { host, port, user, hasPassword: password !== null, items } };
      });
      return { source, items: items.map((item) => ({ ...item, found: 1, bytes: 1480, leftOut: 0 })) };
    },
    'settings.show': ({ source, snapshot }: CommandInput<'settings.show'>): CommandOutput<'settings.show'> => {
      const { id, at } = pointOf(snapshot);
      if (sourceOf(source).redis === undefined) return { snapshot: id, items: [] };
      const chunk = 'ab'.repeat(32);
      return {
        snapshot: id,
        items: [{ id: 'system-settings', database: 1, keys: 3, bytes: 1480, leftOut: 0, at, chunk }],
      };
    },
    'settings.restore': (input: CommandInput<'settings.restore'>): CommandOutput<'settings.restore'> => ({
      snapshot: pointOf(input.snapshot).id,
      from: '主硬盘',
      keys: [
        { name: 'dujiaoka_cache:system-setting', outcome: 'written', before: null },
        input.replace
          ? {
              name: 'dujiaoka_cache:mail-setting',
              outcome: 'replaced',
              before: input.dryRun === true ? null : `${idOf(3)}:before_20261123_1130`,
            }
          : { name: 'dujiaoka_cache:mail-setting', outcome: 'kept', before: null },
        { name: 'dujiaoka_cache:geetest-setting', outcome: 'same', before: null },
      ],
    }),
  };
}

const redisPlace = { host: '127.0.0.1', port: 6379 };

function withoutRedis(source: SourceView): SourceView {
  return Object.fromEntries(Object.entries(source).filter(([name]) => name !== 'redis')) as SourceView;
}
