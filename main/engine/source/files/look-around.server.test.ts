import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { lookAround, shownName } from './index.ts';
import { openSftpServer } from './testing/sftp-rig.ts';

const never = new AbortController().signal;
/** 旧站 in GBK. */
const gbk = Buffer.from('bec9d5be', 'hex');

/** OpenSSH's own file server over a folder that is laid out as a shop's server is. */
describe('looking around on a server', () => {
  let root = '';
  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'shouhu-look-'));
    await chmod(root, 0o755);
    const put = async (path: string, content = 'x') => {
      await mkdir(dirname(join(root, path)), { recursive: true });
      await writeFile(join(root, path), content);
    };
    await put('www/wwwroot/shop/.env', 'APP_KEY=base64:not-a-joke');
    await put('www/wwwroot/shop/.env.example');
    await put('www/wwwroot/shop/config/pay/wechat.pem');
    await put('www/wwwroot/shop/config/pay/cacert.pem');
    await put('www/wwwroot/shop/vendor/lib/test.key');
    await put('www/wwwroot/shop/public/uploads/1.jpg');
    await put(
      'www/wwwroot/shop/docker-compose.yml',
      'services:\n  app:\n    volumes:\n      - "./data:/data"\n      - ../db:/var/lib/mysql\n',
    );
    await put('www/wwwroot/shop/data/x');
    await put('www/wwwroot/db/x');
    await put('home/ann/.bashrc');
    await put('home/bob/.bashrc');
    await put('home/bob/scripts/deploy.sh');
    await put('etc/nginx/nginx.conf');
    await put('etc/crontab');
    await put('www/server/php/74/etc/php.ini');
    await put('var/lib/docker/volumes/redis_data/_data/dump.rdb');
    await put(`var/lib/docker/volumes/${'a'.repeat(64)}/_data/x`);
    await mkdir(join(root, 'www/wwwroot/empty'));
    await put('www/wwwroot/closed/x');
    await chmod(join(root, 'www/wwwroot/closed'), 0o700);
    await mkdir(Buffer.concat([Buffer.from(`${root}/www/wwwroot/`), gbk]));
    await writeFile(Buffer.concat([Buffer.from(`${root}/www/wwwroot/`), gbk, Buffer.from('/x')]), 'x');
    await mkdir(join(root, 'www/wwwroot/evil\u001b[2Jname'));
    await put('www/wwwroot/evil\u001b[2Jname/x');
    await symlink(join(root, 'www/wwwroot/shop'), join(root, 'www/wwwroot/link'));
    await symlink('/www/wwwroot/loop', join(root, 'www/wwwroot/loop'));
    await put('data/sites/one/x');
    await put('data/sites/two/x');
  });
  afterAll(() => rm(root, { recursive: true, force: true }));

  async function look(signal = never) {
    const files = await openSftpServer(never, { asNobody: true });
    try {
      const { places, blind } = await lookAround(files, {
        sites: ['/www/wwwroot/<domain>', '/data/sites/one'],
        programPaths: ['.env', 'public/uploads', '/etc/nginx', 'config/*.php'],
        signal,
        under: root,
      });
      const found = places.map(({ kind, path }) => `${kind} ${shownName(path).slice(root.length)}`);
      return { found, blind: blind.map(({ path, reason }) => `${reason} ${path.slice(root.length)}`) };
    } finally {
      files.close();
    }
  }

  it('names sites, keys, volumes and settings, each once, and nothing that no shop needs', async () => {
    const { found, blind } = await look();
    expect(found.toSorted()).toEqual(
      [
        'folder /www/wwwroot/shop',
        'folder /www/wwwroot/db',
        'folder /www/wwwroot/link',
        'folder /www/wwwroot/旧站',
        'folder /www/wwwroot/evil?[2Jname',
        'folder /data/sites/one',
        'folder /data/sites/two',
        'home /home/bob',
        'key-file /www/wwwroot/shop/.env',
        'key-file /www/wwwroot/shop/config/pay/wechat.pem',
        'key-file /www/wwwroot/link/.env',
        'key-file /www/wwwroot/link/config/pay/wechat.pem',
        'settings-file /www/wwwroot/shop/public/uploads',
        'settings-file /www/wwwroot/link/public/uploads',
        'volume /www/wwwroot/shop/data',
        'volume /www/wwwroot/link/data',
        'volume /var/lib/docker/volumes/redis_data/_data',
        'server-settings /etc/nginx',
        'server-settings /etc/crontab',
        'server-settings /www/server/php/74/etc',
      ].toSorted(),
    );
    // Root may look everywhere.
    expect(blind).toEqual(process.getuid?.() === 0 ? ['denied /www/wwwroot/closed'] : []);
  });

  it('ends when it is told to', async () => {
    await expect(look(AbortSignal.abort(new Error('enough')))).rejects.toThrow('enough');
  });
});
