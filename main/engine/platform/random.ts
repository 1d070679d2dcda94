import { randomBytes, randomInt, randomUUID } from 'node:crypto';

/** Cryptographic randomness, in one place so that its use can be found. */
export function randomKeyBytes(lengthBytes: number): Buffer {
  return randomBytes(lengthBytes);
}

/** 0 ≤ n < limit, each as likely. */
export function randomBelow(limit: number): number {
  return randomInt(limit);
}

/** A new UUID v4 in lower case. */
export function newId(): string {
  return randomUUID();
}
