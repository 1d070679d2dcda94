import type { BrowserWindowConstructorOptions, WebPreferences } from 'electron';
import type { WindowPlace } from '../settings/settings-file.ts';

const minSize = { width: 1024, height: 700 };
const firstSize = { width: 1280, height: 840 };

export interface Area {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** The page is the untrusted side: everything that could give it more than a browser tab has is off, by name. */
export function pagePreferences(preload: string, isDeveloping: boolean): WebPreferences {
  return {
    preload,
    contextIsolation: true,
    sandbox: true,
    nodeIntegration: false,
    nodeIntegrationInWorker: false,
    nodeIntegrationInSubFrames: false,
    webSecurity: true,
    allowRunningInsecureContent: false,
    experimentalFeatures: false,
    webviewTag: false,
    navigateOnDragDrop: false,
    plugins: false,
    spellcheck: false,
    devTools: isDeveloping,
  };
}

export interface MainWindowLook {
  readonly title: string;
  readonly preload: string;
  readonly isDeveloping: boolean;
  readonly place: WindowPlace | null;
  readonly screens: readonly Area[];
}

export function mainWindowOptions({
  title,
  preload,
  isDeveloping,
  place,
  screens,
}: MainWindowLook): BrowserWindowConstructorOptions {
  return {
    title,
    ...(visiblePlace(place, screens) ?? firstSize),
    minWidth: minSize.width,
    minHeight: minSize.height,
    show: false,
    backgroundColor: '#ffffff',
    webPreferences: pagePreferences(preload, isDeveloping),
  };
}

/** Where the window was, if its title bar can still be reached there: screens get unplugged. */
export function visiblePlace(place: WindowPlace | null, screens: readonly Area[]): Area | null {
  if (place === null) return null;
  const grip = { x: place.x + place.width / 2, y: place.y + 10 };
  const isReachable = screens.some(
    ({ x, y, width, height }) => grip.x >= x && grip.x < x + width && grip.y >= y && grip.y < y + height,
  );
  if (!isReachable) return null;
  const { x, y } = place;
  return { x, y, width: Math.max(place.width, minSize.width), height: Math.max(place.height, minSize.height) };
}
