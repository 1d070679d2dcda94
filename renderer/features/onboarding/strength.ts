export type Strength = 0 | 1 | 2 | 3 | 4;

const pools: readonly [RegExp, number][] = [
  [/[a-z]/, 26],
  [/[A-Z]/, 26],
  [/\d/, 10],
  [/[^\p{L}\p{N}]/u, 30],
  [/\p{Script=Han}/u, 2500],
];
const wellKnown = /^(password|passw0rd|qwerty|admin|woaini|iloveyou|shouhu|123456)/i;

/** The floor that the engine holds, so that its refusal is never a surprise. */
export const minimumLength = 10;
const minimumDifferent = 5;

export function isLongEnough(passphrase: string): boolean {
  const characters = Array.from(passphrase.normalize('NFKC'));
  return characters.length >= minimumLength && new Set(characters).size >= minimumDifferent;
}

/**
 * How hard to guess, roughly: size of the alphabet in use, counting a repeated or consecutive character for little.
 * A meter for the eye; the engine decides what is accepted.
 */
export function strengthOf(passphrase: string): Strength {
  const characters = Array.from(passphrase.normalize('NFKC'));
  if (!isLongEnough(passphrase) || wellKnown.test(passphrase))
    return passphrase === '' ? 0 : characters.length < 6 ? 0 : 1;
  const alphabet = pools.reduce((size, [pattern, letters]) => (pattern.test(passphrase) ? size + letters : size), 0);
  let counted = 0;
  for (const [index, character] of characters.entries()) {
    const step = index === 0 ? 9 : (character.codePointAt(0) ?? 0) - (characters[index - 1]?.codePointAt(0) ?? 0);
    counted += Math.abs(step) <= 1 ? 0.25 : 1;
  }
  const bits = counted * Math.log2(Math.max(2, alphabet));
  if (bits < 45) return 1;
  if (bits < 60) return 2;
  return bits < 85 ? 3 : 4;
}
