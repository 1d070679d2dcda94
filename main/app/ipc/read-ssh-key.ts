import { open } from 'node:fs/promises';
import { AppError } from '../../../shared/errors/app-error.ts';

/** The contract's limit for a key; real ones are a tenth of it. */
const maxBytes = 65_536;

/** Reads the key file that a person chose. Error: `tunnel.key-unreadable` {reason: missing | too-large | not-a-file}. */
export async function readSshKey(path: string): Promise<string> {
  const file = await open(path, 'r').catch((error: unknown) => {
    throw new AppError('tunnel.key-unreadable', { reason: 'missing' }, { cause: error });
  });
  try {
    if (!(await file.stat()).isFile()) throw new AppError('tunnel.key-unreadable', { reason: 'not-a-file' });
    const { bytesRead, buffer } = await file.read(Buffer.alloc(maxBytes + 1), 0, maxBytes + 1, 0);
    if (bytesRead > maxBytes) throw new AppError('tunnel.key-unreadable', { reason: 'too-large' });
    return buffer.toString('utf8', 0, bytesRead);
  } finally {
    await file.close();
  }
}
