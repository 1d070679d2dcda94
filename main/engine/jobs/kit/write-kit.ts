import { open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { toString as qrToString } from 'qrcode';
import { AppError } from '../../../../shared/errors/app-error.ts';
import { diskError, isFolderSyncUnsupported } from '../../backend/disk/disk-errors.ts';
import { makeFolder } from '../../platform/make-folder.ts';
import { syncFolder } from '../../platform/write-file-durably.ts';
import { shippedReader } from '../../repository/index.ts';
import { kitAsHtml, kitAsText, qrContent, type Kit } from './kit-document.ts';

export interface KitRequest extends Omit<Kit, 'reader'> {
  /** Made when it is not there. */
  readonly dir: string;
}

/**
 * Writes one recovery kit as a page to print and as text, readable by the owner alone, and returns the two paths. Both
 * files or none: an existing file is never replaced (`usage.bad-argument` {argument, reason: 'exists'}), because it may be
 * the only paper of another key. Other errors: `backend.disk-full`, `backend.read-only`, `backend.permission`, `backend.io`.
 */
export async function writeKit({ dir, ...request }: KitRequest): Promise<string[]> {
  const kit: Kit = { ...request, reader: await shippedReader() };
  const svg = await qrToString(qrContent(kit), { type: 'svg', errorCorrectionLevel: 'M', margin: 2 });
  const short = (id: string): string => id.replaceAll(/[^A-Za-z0-9]/g, '').slice(0, 8);
  const name = `shouhu-recovery-kit-${kit.which}-${short(kit.repositoryId)}-${short(kit.slotId)}`;
  const files = [
    { path: join(dir, `${name}.html`), content: kitAsHtml(kit, svg) },
    { path: join(dir, `${name}.txt`), content: kitAsText(kit) },
  ];
  const written: string[] = [];
  try {
    await makeFolder(dir);
    for (const { path, content } of files) {
      await writeNew(path, content, () => written.push(path));
    }
    await syncFolder(dir).catch((error: unknown) => {
      if (!isFolderSyncUnsupported(error)) throw error; // some USB disks cannot: the files themselves are safe
    });
    return written;
  } catch (error) {
    for (const path of written) await rm(path, { force: true });
    throw diskError(error);
  }
}

/** `onCreated` is told as soon as the file is ours, so that a failed write can be taken back. */
async function writeNew(path: string, content: string, onCreated: () => void): Promise<void> {
  const file = await open(path, 'wx', 0o600).catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') {
      throw new AppError('usage.bad-argument', { argument: path, reason: 'exists' }, { cause: error });
    }
    throw error;
  });
  onCreated();
  try {
    await file.writeFile(content, 'utf8');
    await file.sync();
  } finally {
    await file.close();
  }
}
