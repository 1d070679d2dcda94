import type { WebContents } from 'electron';
import { isAppUrl, isFixedLink } from './trusted-url.ts';

interface Leaving {
  readonly url: string;
  preventDefault(): void;
}

/** Keeps a page where it is: it may reload itself, and a click on one of our two links opens the person's browser. */
export function guardNavigation(contents: WebContents, openLink: (url: string) => void): void {
  const stay = (event: Leaving): void => {
    if (!isAppUrl(event.url)) event.preventDefault();
  };
  contents.on('will-navigate', stay);
  contents.on('will-frame-navigate', stay);
  contents.on('will-redirect', stay);
  contents.on('will-attach-webview', (event) => event.preventDefault());
  contents.setWindowOpenHandler(({ url }) => {
    if (isFixedLink(url)) openLink(url);
    return { action: 'deny' };
  });
}
