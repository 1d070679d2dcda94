/** Our own pages' address. The host is part of it, so that the scheme is a standard one with an origin. */
export const appScheme = 'shouhu';
export const appOrigin = 'shouhu://app';

/**
 * The two pages outside that the app may open in the person's browser. Replace the domain before the first release, as
 * with `appId`: until then they point to a name that nobody can own.
 */
export const fixedLinks = {
  documentation: 'https://docs.shouhu.example/',
  changelog: 'https://docs.shouhu.example/changelog',
} as const;
export type FixedLink = keyof typeof fixedLinks;

/** True for pages we ship. Compares parsed parts: a substring test would accept `https://evil.test/?x=shouhu://app`. */
export function isAppUrl(candidate: string): boolean {
  const url = parseUrl(candidate);
  return url !== null && `${url.protocol}//${url.host}` === appOrigin && url.username === '' && url.password === '';
}

/** True for an address that may leave for the person's browser: https, and one of ours to the letter. */
export function isFixedLink(candidate: string): boolean {
  const url = parseUrl(candidate);
  return url?.protocol === 'https:' && Object.values<string>(fixedLinks).includes(candidate);
}

/** `URL.parse` is missing from the Node of older Electrons. */
function parseUrl(candidate: string): URL | null {
  try {
    return new URL(candidate);
  } catch {
    // Not an address at all: the answer to every question about it is no.
    return null;
  }
}
