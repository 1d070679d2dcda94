import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { LeaveOut, walkTree, withItems, type RemoteFiles } from './index.ts';
import { openSftpServer } from './testing/sftp-rig.ts';

const never = new AbortController().signal;
const root = Buffer.from('/@server');

let dir = '';
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'shouhu-items-'));
  await mkdir(join(dir, 'etc'));
  await writeFile(join(dir, 'etc/crontab'), '0 3 * * * root /root/ship.sh\n');
  await symlink(join(dir, 'etc/crontab'), join(dir, 'etc/link'));
});
afterAll(() => rm(dir, { recursive: true, force: true }));

async function withFiles<T>(crontab: string | null, use: (files: RemoteFiles) => Promise<T>): Promise<T> {
  const files = withItems(await openSftpServer(never), {
    items: ['crontab', `${dir}/etc/crontab`, `${dir}/etc/link`, `${dir}/etc/gone`],
    login: 'www',
    askCrontab: () => Promise.resolve(crontab),
  });
  try {
    return await use(files);
  } finally {
    files.close();
  }
}

async function read(files: RemoteFiles, path: string): Promise<string> {
  const pieces: Buffer[] = [];
  const full = Buffer.from(`/@server/${path}`);
  const { size } = await files.lookAtLink(full);
  for await (const bytes of files.read(full, size)) pieces.push(bytes);
  return Buffer.concat(pieces).toString('utf8');
}

it('items are a folder of their own, each below its own path, and read as what they are', async () => {
  const crontab = '*/5 * * * * php /www/wwwroot/shop/artisan schedule:run\n';
  await withFiles(crontab, async (files) => {
    const leaveOut = new LeaveOut({ leaveOut: [], keep: [] });
    const walked = await Array.fromAsync(walkTree(files, root, { leaveOut, signal: never }));
    const paths = walked
      .map(({ type, path }) => `${type} ${path.toString('utf8')}`)
      .filter((each) => each.startsWith('file'));
    const below = dir.slice(1);
    expect(paths).toEqual([
      'file crontab-l/www',
      `file ${below}/etc/crontab`,
      `file ${below}/etc/gone`,
      `file ${below}/etc/link`,
    ]);
    expect(await read(files, 'crontab-l/www')).toBe(crontab);
    expect(await read(files, `${below}/etc/crontab`)).toContain('/root/ship.sh');
    expect(await read(files, `${below}/etc/link`)).toContain('/root/ship.sh');
    await expect(read(files, `${below}/etc/gone`)).rejects.toMatchObject({ reason: 'gone' });
    await expect(read(files, 'etc/passwd')).rejects.toMatchObject({ reason: 'gone' });
    // Everything else is the server's own.
    expect(await files.list(Buffer.from(join(dir, 'etc')), 10)).toHaveLength(2);
  });
});

it.each([
  ['is not shown', null, 'denied'],
  ['may have been cut', '#'.repeat(64 * 1024), 'too-large'],
])('a crontab that %s is refused, and not kept as something that it is not', async (_, crontab, reason) => {
  await withFiles(crontab, async (files) => {
    expect(await files.list(Buffer.from('/@server/crontab-l'), 10)).toMatchObject([{ kind: 'file', size: 0 }]);
    const reading = files.read(Buffer.from('/@server/crontab-l/www'), 0).next();
    await expect(reading).rejects.toMatchObject({ reason });
  });
});
