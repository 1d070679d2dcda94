/**
 * Starts the built app as a person would, on a home of its own, and hands out its first window. Whatever the page
 * reports as an error fails the test at `close()`.
 */
import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { _electron as electron, type ElectronApplication, type Page } from 'playwright-core';

const root = resolve(import.meta.dirname, '..', '..');
const screenshots = join(root, 'e2e', '.out');

export interface LaunchOptions {
  /** An empty folder: the app keeps everything it writes in here. */
  readonly home: string;
  /** The language of the window, `zh-CN` when not said otherwise. */
  readonly lang?: string;
  /** More environment for the app, on top of the short list that passes. */
  readonly env?: Readonly<Record<string, string>>;
  /** The folder of the app; the project itself when not said otherwise. */
  readonly appDir?: string;
  /** Errors of the page that this test provokes on purpose. */
  readonly expectedErrors?: readonly RegExp[];
}

export interface LaunchedApp {
  readonly app: ElectronApplication;
  readonly page: Page;
  /** What the page has reported as errors so far. */
  readonly errors: readonly string[];
  /** Quits the app; rejects if its page reported errors that were not expected. */
  close(): Promise<void>;
  /** Writes `e2e/.out/<name>.png` and gives back its path. */
  screenshot(name: string): Promise<string>;
}

/** Nothing else of the caller's environment reaches the app, so that a test passes or fails the same everywhere. */
const passedOn = [
  'PATH',
  'HOME',
  'USERPROFILE',
  'SystemRoot',
  'TEMP',
  'TMP',
  'TMPDIR',
  'DISPLAY',
  'WAYLAND_DISPLAY',
  'XAUTHORITY',
  'XDG_RUNTIME_DIR',
  'SHOUHU_ENGINE_NODE',
];
const startLimitMs = 60_000;
const quitLimitMs = 15_000;

export async function launchApp(options: LaunchOptions): Promise<LaunchedApp> {
  const { home, lang = 'zh-CN', appDir = root, expectedErrors = [] } = options;
  const executablePath = process.env['SHOUHU_ELECTRON'];
  if (executablePath === undefined) throw new Error('Run the specs with `npm run e2e`: it finds an Electron first.');
  const app = await electron.launch({
    executablePath,
    args: [
      ...withoutSandbox(),
      appDir,
      '--disable-gpu',
      '--disable-dev-shm-usage',
      `--lang=${lang}`,
      `--user-data-dir=${join(home, 'profile')}`,
    ],
    cwd: root,
    env: environment({ SHOUHU_HOME: home, LANGUAGE: lang, LANG: `${lang.replace('-', '_')}.UTF-8`, ...options.env }),
    timeout: startLimitMs,
  });
  const errors: string[] = [];
  const watch = (page: Page): void => {
    page.on('pageerror', (error) => errors.push(error.stack ?? error.message));
    page.on('console', (message) => {
      if (message.type() === 'error') errors.push(message.text());
    });
  };
  app.on('window', watch);
  app.windows().forEach(watch);
  const page = await firstWindow(app);

  return {
    app,
    page,
    errors,
    async close() {
      await quit(app);
      const unexpected = errors.filter((error) => !expectedErrors.some((pattern) => pattern.test(error)));
      if (unexpected.length > 0) throw new Error(`The page reported errors:\n${unexpected.join('\n')}`);
    },
    async screenshot(name) {
      await mkdir(screenshots, { recursive: true });
      const path = join(screenshots, `${name}.png`);
      await page.screenshot({ path });
      return path;
    },
  };
}

/** Chromium cannot sandbox as root or in most containers, and that is where tests run on Linux. */
function withoutSandbox(): string[] {
  if (process.platform !== 'linux') return [];
  return ['-r', join(root, 'scripts', 'lib', 'without-sandbox.cjs'), '--no-sandbox'];
}

function environment(extra: Readonly<Record<string, string>>): Record<string, string> {
  const env: Record<string, string> = {};
  for (const name of passedOn) {
    const value = process.env[name];
    if (value !== undefined) env[name] = value;
  }
  return { ...env, ...extra };
}

/** An app that never opens a window must not be left running. */
async function firstWindow(app: ElectronApplication): Promise<Page> {
  try {
    const page = await app.firstWindow({ timeout: startLimitMs });
    await page.waitForLoadState('domcontentloaded');
    return page;
  } catch (error) {
    await quit(app);
    throw error;
  }
}

/** Asks the app to quit and waits; an app that hangs on quitting is killed, and that is a failure of its own. */
async function quit(app: ElectronApplication): Promise<void> {
  const child = app.process();
  let timer: NodeJS.Timeout | undefined;
  const hung = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      child.kill('SIGKILL');
      reject(new Error(`The app did not quit within ${quitLimitMs / 1000} s.`));
    }, quitLimitMs);
  });
  try {
    await Promise.race([app.close(), hung]);
  } finally {
    clearTimeout(timer);
  }
}
