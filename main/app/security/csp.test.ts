import { expect, it } from 'vitest';
import { contentSecurityPolicy, newNonce } from './csp.ts';

it('lets the page use what we ship and nothing else', () => {
  expect(contentSecurityPolicy('abc')).toBe(
    "default-src 'none'; script-src 'self'; style-src 'self' 'nonce-abc'; img-src 'self' data:; font-src 'self'; " +
      "connect-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  );
});

it('has nothing in it that would undo it', () => {
  expect(contentSecurityPolicy(newNonce())).not.toMatch(/unsafe|\*|https?:|blob:|strict-dynamic/);
});

it('makes a nonce that nobody has seen before', () => {
  const nonces = Array.from({ length: 200 }, newNonce);
  expect(new Set(nonces).size).toBe(200);
  expect(nonces.every((nonce) => Buffer.from(nonce, 'base64').length === 16)).toBe(true);
});
