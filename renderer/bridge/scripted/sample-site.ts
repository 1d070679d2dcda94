import type { CommandOutput } from '../../../shared/ipc/contract.ts';
import type { SiteText } from '../../../shared/model/site-files.ts';

export const sampleFolder = '/www/wwwroot/faka.example.com';

type Entry = CommandOutput<'files.list'>['entries'][number];

const file = (path: string, size: number, day = 20): Entry => ({
  folder: sampleFolder,
  path,
  type: 'file',
  size,
  mode: 0o644,
  modifiedAt: `2026-11-${day}T11:12:00.000Z`,
});

export const sampleFiles: readonly Entry[] = [
  file('.env', 848, 22),
  file('app/Http/Controllers/Pay/AlipayController.php', 4210),
  file('app/Service/OrderProcessService.php', 18_440),
  file('config/app.php', 9120),
  file('public/index.php', 1731),
  file('public/uploads/20261122/shell.php', 61, 22),
  file('storage/app/alipay/商户私钥_应用公钥证书_2026年更新版本_请勿删除.pem', 1704),
  ...Array.from({ length: 70 }, (_, number) =>
    file(`public/uploads/images/商品图片-${String(number + 1).padStart(3, '0')}.png`, 120_400 + number * 311),
  ),
];

/** Above the site, inside of it, or a folder that cannot be read. */
export function sampleBrowse(folder: string | null): CommandOutput<'files.browse'> {
  const answer = (path: string, names: readonly string[], files: number): CommandOutput<'files.browse'> => ({
    folder: path,
    parent: path === '/' ? null : path.slice(0, path.lastIndexOf('/')) || '/',
    folders: names.map((name) => ({
      path: `${path === '/' ? '' : path}/${name}`,
      isCache: name === 'node_modules' || name === 'runtime',
    })),
    files,
    isCut: false,
    proposed: [],
  });
  if (folder === null)
    return {
      ...answer('/', ['etc', 'home', 'opt', 'root', 'var', 'www'], 0),
      proposed: [
        { folder: sampleFolder, preset: 'dujiaoka-2.x' },
        { folder: '/www/wwwroot/blog.example.com', preset: null },
      ],
    };
  if (folder === sampleFolder)
    return answer(folder, ['app', 'config', 'node_modules', 'public', 'resources', 'runtime', 'storage', 'vendor'], 14);
  if (folder === '/www/wwwroot') return answer(folder, ['blog.example.com', 'faka.example.com'], 1);
  return answer(folder, folder === '/www' ? ['backup', 'server', 'wwwroot'] : [], 3);
}

export function sampleText(path: string): SiteText[] {
  const name = path.replace(`${sampleFolder}/`, '');
  const state = { type: 'file', size: 812, mode: 0o640, modifiedAt: '2026-11-20T02:00:00.000Z' } as const;
  const common = { folder: sampleFolder, path: name, hidden: 0, isCut: false } as const;
  if (name.endsWith('.jpg'))
    return [{ ...common, change: 'changed', kind: 'binary', before: state, after: state, encoding: null, hunks: [] }];
  if (name.endsWith('.php'))
    return [
      {
        ...common,
        change: 'added',
        kind: 'text',
        before: null,
        after: { ...state, size: 61 },
        encoding: 'utf-8',
        hunks: [{ oldStart: 0, oldLines: 0, newStart: 1, newLines: 1, lines: ["+<?php @eval($_POST['x']); ?>"] }],
      },
    ];
  return [
    {
      ...common,
      hidden: 2,
      change: 'changed',
      kind: 'text',
      before: state,
      after: { ...state, size: 848 },
      encoding: 'utf-8',
      hunks: [
        {
          oldStart: 9,
          oldLines: 4,
          newStart: 9,
          newLines: 5,
          lines: [
            ' DB_HOST=127.0.0.1',
            '-DB_PASSWORD=‹1›',
            '+DB_PASSWORD=‹2›',
            '+APP_DEBUG=true',
            ' CACHE_DRIVER=redis',
            ' APP_URL=https://faka.example.com/a-rather-long-address-that-has-to-be-broken-somewhere-or-it-runs-out-of-the-page',
          ],
        },
      ],
    },
  ];
}
