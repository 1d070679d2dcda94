import { setImmediate as breathe } from 'node:timers/promises';
import { AppError } from '../../../../shared/errors/app-error.ts';
import { entropyOfNumbers, listLength } from './words.ts';

/** Says whether this entropy opens the lock. Cheap: one HKDF and one AES-GCM per slot. */
export type Opens = (entropy: Uint8Array) => boolean;

/**
 * Explains why 24 known words do not open: one word that is wrong, or two neighbours that changed places. Tries all 23
 * swaps and all 24×2047 substitutions; the checksum lets one in 256 through to `opens`. About a tenth of a second, with a pause
 * for other work after every position. Gives the error to throw and never the corrected phrase: the person must read the
 * paper again, since a sheet with one wrong word may have others.
 */
export async function explainWrongWords(numbers: readonly number[], opens: Opens): Promise<AppError> {
  const isRight = (candidate: readonly number[]) => {
    const entropy = entropyOfNumbers(candidate);
    return entropy !== undefined && opens(entropy);
  };
  for (let at = 0; at + 1 < numbers.length; at++) {
    const candidate = [...numbers];
    candidate[at] = numbers[at + 1] ?? 0;
    candidate[at + 1] = numbers[at] ?? 0;
    if (isRight(candidate)) return new AppError('keys.wrong-word', { position: at + 1, swappedWith: at + 2 });
  }
  for (let at = 0; at < numbers.length; at++) {
    const candidate = [...numbers];
    for (let word = 0; word < listLength; word++) {
      candidate[at] = word;
      if (word !== numbers[at] && isRight(candidate)) return new AppError('keys.wrong-word', { position: at + 1 });
    }
    await breathe();
  }
  return new AppError('keys.wrong-words');
}
