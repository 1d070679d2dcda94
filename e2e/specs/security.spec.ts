import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { commandNames, noticeNames } from '../../shared/ipc/channels.ts';
import { callBridge } from '../support/call-bridge.ts';
import { freshHome } from '../support/fresh-home.ts';
import { launchApp, type LaunchedApp } from '../support/launch-app.ts';

const start = 'shouhu://app/index.html';
let launched: LaunchedApp;
let home: Awaited<ReturnType<typeof freshHome>>;
let server: Server;
/** Every request that reached the world outside: there must be none. */
const reached: string[] = [];
let outside: string;

beforeAll(async () => {
  home = await freshHome();
  server = createServer((request, response) => {
    reached.push(request.url ?? '');
    if (request.url === '/redirect') response.writeHead(302, { location: '/landed' }).end();
    else response.end('<title>outside</title>');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  outside = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  await writeFile(join(home.home, 'local.html'), '<title>local file</title>');
  launched = await launchApp({
    home: home.home,
    expectedErrors: [
      /Content Security Policy/,
      /Refused to|violates/,
      /ERR_BLOCKED_BY_CLIENT/,
      /Not allowed to load/,
      /Failed to fetch/,
      /Failed to load resource/,
    ],
  });
  await launched.page.getByRole('heading', { level: 1 }).waitFor();
});

afterAll(async () => {
  try {
    await launched.close();
  } finally {
    server.close();
    await home.remove();
  }
});

/** Time for a navigation to begin if it were going to. */
const settle = () => new Promise((resolve) => setTimeout(resolve, 400));

describe('the page cannot leave', () => {
  const go = (url: string): Promise<void> => launched.page.evaluate((to) => location.assign(to), url);
  const ways: [string, () => Promise<unknown>][] = [
    ['by its location, to the web', () => go(`${outside}/assign`)],
    ['by its location, to https', () => go('https://example.com/')],
    ['by a redirect', () => go(`${outside}/redirect`)],
    ['to a file', () => go(pathToFileURL(join(home.home, 'local.html')).href)],
    ['to another host of its scheme', () => go('shouhu://evil/index.html')],
    ['by a link', () => click('_self')],
    ['by a link into a new window', () => click('_blank')],
    [
      'by a form',
      () =>
        launched.page.evaluate((action) => {
          const form = Object.assign(document.createElement('form'), { action, method: 'post' });
          document.body.append(form);
          form.submit();
          form.remove();
        }, `${outside}/form`),
    ],
  ];

  function click(target: string): Promise<void> {
    return launched.page.evaluate(
      ([href, into]) => {
        const link = Object.assign(document.createElement('a'), { href, target: into });
        document.body.append(link);
        link.click();
        link.remove();
      },
      [`${outside}/link`, target] as const,
    );
  }

  it.each(ways)('%s', async (_, leave) => {
    await leave().catch(() => undefined);
    await settle();
    expect(launched.page.url()).toBe(start);
    expect(launched.app.windows()).toHaveLength(1);
    expect(reached).toEqual([]);
  });

  it('by opening a window', async () => {
    const opened = await launched.page.evaluate((url) => window.open(url) !== null, `${outside}/open`);
    expect(opened).toBe(false);
    await settle();
    expect(launched.app.windows()).toHaveLength(1);
    expect(reached).toEqual([]);
  });

  it('by embedding another page', async () => {
    await launched.page.evaluate((src) => {
      for (const name of ['iframe', 'embed', 'webview']) {
        const element = document.createElement(name);
        element.setAttribute('src', src);
        document.body.append(element);
        setTimeout(() => element.remove(), 300);
      }
    }, `${outside}/frame`);
    await settle();
    expect(reached).toEqual([]);
    expect(launched.page.frames().every((frame) => !frame.url().startsWith('http'))).toBe(true);
  });
});

describe('the page cannot run or fetch what we did not ship', () => {
  it('no inline script', async () => {
    const ran = await launched.page.evaluate(() => {
      const script = document.createElement('script');
      script.textContent = 'globalThis.inlineRan = true';
      document.body.append(script);
      script.remove();
      return 'inlineRan' in globalThis;
    });
    expect(ran).toBe(false);
  });

  it('no inline handler, no style without the nonce', async () => {
    const { ran, colour } = await launched.page.evaluate(() => {
      const box = document.createElement('div');
      box.innerHTML =
        '<img src="data:x" onerror="globalThis.handlerRan = true"><style>#probe { color: rgb(1, 2, 3) }</style><i id="probe"></i>';
      document.body.append(box);
      const probe = document.querySelector('#probe');
      const found = probe === null ? '' : getComputedStyle(probe).color;
      box.remove();
      return { ran: 'handlerRan' in globalThis, colour: found };
    });
    expect(ran).toBe(false);
    expect(colour).not.toBe('rgb(1, 2, 3)');
  });

  it('no script and no image from elsewhere', async () => {
    await launched.page.evaluate((url) => {
      document.body.append(Object.assign(document.createElement('script'), { src: `${url}/script.js` }));
      document.body.append(Object.assign(document.createElement('img'), { src: `${url}/pixel.png` }));
    }, outside);
    await settle();
    expect(reached).toEqual([]);
  });

  it.each(['http', 'own'])('no request of its own (%s)', async (kind) => {
    const url = kind === 'own' ? 'shouhu://app/index.html' : `${outside}/fetch`;
    const outcome = await launched.page.evaluate(
      (address) =>
        fetch(address).then(
          () => 'fetched',
          () => 'refused',
        ),
      url,
    );
    expect(outcome).toBe('refused');
    expect(reached).toEqual([]);
  });

  it('no socket', async () => {
    const outcome = await launched.page.evaluate(
      (url) =>
        new Promise((resolve) => {
          try {
            const socket = new WebSocket(url);
            socket.onopen = () => resolve('open');
            socket.onerror = () => resolve('refused');
          } catch {
            resolve('refused');
          }
        }),
      outside.replace('http', 'ws'),
    );
    expect(outcome).toBe('refused');
  });
});

it('the session has no network at all, also for a window that is made without any of our guards', async () => {
  const outcome = await launched.app.evaluate(async ({ BrowserWindow }, url) => {
    const window = new BrowserWindow({ show: false });
    try {
      await window.loadURL(url);
      return 'loaded';
    } catch (error) {
      return (error as { code?: string }).code;
    } finally {
      window.destroy();
    }
  }, outside);
  expect(outcome).toBe('ERR_BLOCKED_BY_CLIENT');
  expect(reached).toEqual([]);
});

describe('the page has', () => {
  it('no Node and no Electron', async () => {
    const found = await launched.page.evaluate(() =>
      ['require', 'process', 'module', 'Buffer', 'global', 'ipcRenderer', 'electron'].filter(
        (name) => name in globalThis,
      ),
    );
    expect(found).toEqual([]);
  });

  it('a bridge of named functions and nothing else, which it cannot change', async () => {
    const bridge = await launched.page.evaluate(() => {
      const { shouhu } = globalThis as unknown as { shouhu: Record<string, Record<string, unknown>> };
      const list = Object.entries(shouhu).map(([area, functions]) => [
        area,
        Object.keys(functions),
        [...new Set(Object.values(functions).map((one) => typeof one))],
      ]);
      try {
        (shouhu['call'] as Record<string, unknown>)['job.cancel'] = () => 'mine';
      } catch {
        // Frozen, as it should be.
      }
      return { list, isOurs: shouhu['call']?.['job.cancel']?.toString() === "() => 'mine'" };
    });
    expect(bridge.list).toEqual([
      ['call', [...commandNames], ['function']],
      ['listen', [...noticeNames], ['function']],
    ]);
    expect(bridge.isOurs).toBe(false);
  });

  it('no permission but the clipboard', async () => {
    const states = await launched.page.evaluate(() =>
      Promise.all(
        ['geolocation', 'notifications', 'camera', 'microphone', 'clipboard-read'].map((name) =>
          navigator.permissions.query({ name: name as PermissionName }).then(
            ({ state }) => state,
            () => 'denied',
          ),
        ),
      ),
    );
    expect(states.filter((state) => state === 'granted')).toEqual([]);
  });

  it('no way to name a path: what does not fit the contract performs nothing', async () => {
    const input = { passphrase: 'x', vaultPassphrase: 'y', kitDir: home.home } as never;
    expect(await callBridge(launched.page, 'home.init', input)).toMatchObject({
      ok: false,
      error: { code: 'ipc.bad-input' },
    });
    const strange = {
      passphrase: 'correct horse battery',
      vaultPassphrase: 'staple 9 xyz',
      folderToken: crypto.randomUUID(),
    };
    expect(await callBridge(launched.page, 'home.init', strange)).toMatchObject({
      ok: false,
      error: { code: 'ipc.bad-input' },
    });
    expect(await callBridge(launched.page, 'app.state', {})).toMatchObject({
      ok: true,
      value: { home: { initialised: false } },
    });
  });
});

it('and it still works after all that', async () => {
  await launched.page.reload();
  await launched.page.getByRole('heading', { level: 1 }).waitFor();
  expect(launched.page.url()).toBe(start);
});
