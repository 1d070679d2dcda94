import { readFile, realpath } from 'node:fs/promises';
import { extname, isAbsolute, relative, resolve } from 'node:path';
import type { Protocol } from 'electron';
import { contentSecurityPolicy, newNonce } from './csp.ts';
import { appScheme, isAppUrl } from './trusted-url.ts';

/** What the page is made of. Anything else in the folder (source maps, say) is not served. */
const mimeTypes: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.webp': 'image/webp',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
};
const noncePlaceholder = '__CSP_NONCE__';

/** Once, before the app is ready; Electron takes no second call. */
export function registerAppScheme(protocol: Pick<Protocol, 'registerSchemesAsPrivileged'>): void {
  protocol.registerSchemesAsPrivileged([{ scheme: appScheme, privileges: { standard: true, secure: true } }]);
}

/** The file under `root` that a path of our pages names, or null. Looks at names only, not at the disk. */
export function fileInside(root: string, pathname: string): string | null {
  const name = decode(pathname);
  // A colon is a drive or a stream on Windows, a backslash a separator there.
  if (name === null || /[\\:\0]/.test(name) || name.split('/').includes('..')) return null;
  const file = resolve(root, `.${name === '/' ? '/index.html' : name}`);
  return isInside(root, file) ? file : null;
}

/** Serves the page from `root`: GET only, known types only, never a byte from outside the folder, not even by a link. */
export function createAppProtocolHandler(
  root: string,
): (request: Pick<Request, 'method' | 'url'>) => Promise<Response> {
  return async ({ method, url }) => {
    if (method !== 'GET') return refusal(405);
    if (!isAppUrl(url)) return refusal(403);
    const file = fileInside(root, new URL(url).pathname);
    if (file === null) return refusal(403);
    const type = mimeTypes[extname(file)];
    if (type === undefined) return refusal(404);
    try {
      if (!isInside(await realpath(root), await realpath(file))) return refusal(403);
      return page(await readFile(file), type);
    } catch {
      // No such file, or a folder: there is nothing to tell the page but that.
      return refusal(404);
    }
  };
}

function page(content: Buffer, type: string): Response {
  const nonce = newNonce();
  const body = type.startsWith('text/html') ? content.toString('utf8').replaceAll(noncePlaceholder, nonce) : content;
  return new Response(body, { headers: headers(type, nonce) });
}

function refusal(status: number): Response {
  return new Response(null, { status, headers: headers('text/plain; charset=utf-8', newNonce()) });
}

function headers(type: string, nonce: string): Record<string, string> {
  return {
    'Content-Type': type,
    'Content-Security-Policy': contentSecurityPolicy(nonce),
    'X-Content-Type-Options': 'nosniff',
    'Referrer-Policy': 'no-referrer',
    'Cache-Control': 'no-store',
  };
}

function isInside(root: string, file: string): boolean {
  const path = relative(root, file);
  return path !== '' && path !== '..' && !/^\.\.[\\/]/.test(path) && !isAbsolute(path);
}

function decode(pathname: string): string | null {
  try {
    return decodeURIComponent(pathname);
  } catch {
    // Broken percent signs: no name of ours.
    return null;
  }
}
