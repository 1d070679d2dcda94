import { join } from 'node:path';
import type { App } from 'electron';

/**
 * Chromium's files get a folder of their own, `app` inside the one that Electron proposes: on Windows and macOS the
 * proposed one is the very folder where the engine and the command line keep the home.
 */
export function useProfileFolder(app: Pick<App, 'getPath' | 'setPath' | 'commandLine'>): void {
  if (!app.commandLine.hasSwitch('user-data-dir')) app.setPath('userData', join(app.getPath('userData'), 'app'));
}
