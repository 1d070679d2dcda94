import type { Session } from 'electron';
import { isAppUrl } from './trusted-url.ts';

/** The page never needs the network. Developer tools load themselves under a scheme of their own. */
export function isAllowedRequest(url: string, hasDevTools: boolean): boolean {
  return isAppUrl(url) || /^data:image\//i.test(url) || (hasDevTools && url.startsWith('devtools://'));
}

export function denyWebRequests(session: Pick<Session, 'webRequest'>, hasDevTools: boolean): void {
  session.webRequest.onBeforeRequest(({ url }, answer) => answer({ cancel: !isAllowedRequest(url, hasDevTools) }));
}
