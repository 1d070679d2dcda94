import { BrowserWindow, screen } from 'electron';
import { appOrigin } from '../security/trusted-url.ts';
import type { SettingsFile } from '../settings/settings-file.ts';
import { mainWindowOptions } from './window-options.ts';

export interface MainWindowOptions {
  readonly title: string;
  readonly preload: string;
  readonly isDeveloping: boolean;
  readonly settings: SettingsFile;
  readonly report: (what: string, error: unknown) => void;
  /** False keeps the window open: whoever says so sees to it that the app quits in order. */
  readonly mayClose: () => boolean;
}

const reloadPauseMs = 10_000;

/** The app's one window. It shows itself when it has something to show and remembers where it was. */
export function openMainWindow({ settings, report, mayClose, ...look }: MainWindowOptions): BrowserWindow {
  const place = settings.current.window;
  const screens = screen.getAllDisplays().map(({ workArea }) => workArea);
  const window = new BrowserWindow(mainWindowOptions({ ...look, place, screens }));
  if (place?.maximized === true) window.maximize();
  window.once('ready-to-show', () => window.show());
  window.on('close', (event) => {
    const next = { ...window.getNormalBounds(), maximized: window.isMaximized() };
    settings.update({ window: next }).catch((error: unknown) => report('settings', error));
    if (!mayClose()) event.preventDefault();
  });
  window.on('page-title-updated', (event) => event.preventDefault());
  reviveAfterCrash(window, report);
  window.loadURL(`${appOrigin}/index.html`).catch((error: unknown) => report('loading the page', error));
  return window;
}

/** A page that died (memory, a driver) is loaded again; one that dies again at once stays down, so that nothing spins. */
function reviveAfterCrash(window: BrowserWindow, report: MainWindowOptions['report']): void {
  let revivedAtMs = -Infinity;
  window.webContents.on('render-process-gone', (_event, { reason, exitCode }) => {
    report('page', new Error(`The page's process ended (${reason}, ${exitCode}).`));
    const now = performance.now();
    if (reason === 'clean-exit' || now - revivedAtMs < reloadPauseMs) return;
    revivedAtMs = now;
    window.webContents.reload();
  });
}
