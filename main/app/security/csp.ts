import { randomBytes } from 'node:crypto';

/** Fresh for every answer: a nonce that can be guessed, or met twice, protects nothing. */
export function newNonce(): string {
  return randomBytes(16).toString('base64');
}

/** The page may use what we ship and nothing else; the nonce is for the style elements of the component library. */
export function contentSecurityPolicy(nonce: string): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'self' 'nonce-${nonce}'`,
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'none'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}
