import { basename, isAbsolute, relative } from 'node:path';
import { AppError } from '../../../shared/errors/app-error.ts';

type Kit = 'main' | 'vault';

/** The pages of the recovery kits that were just written, so that they can be opened for printing; forgotten at the end. */
export class WrittenKits {
  readonly #pages = new Map<Kit, string>();

  /** Takes only pages that really are in the folder that the person chose. */
  remember(folder: string, files: readonly string[]): void {
    for (const kit of ['main', 'vault'] as const) {
      const page = files.find((file) => isKitPage(kit, file) && isInside(folder, file));
      if (page !== undefined) this.#pages.set(kit, page);
    }
  }

  /** Error: `ipc.bad-input` while no kit was written. */
  pageOf(kit: Kit): string {
    const page = this.#pages.get(kit);
    if (page === undefined) throw new AppError('ipc.bad-input', { channel: 'app.openKit' });
    return page;
  }
}

function isKitPage(kit: Kit, file: string): boolean {
  const name = basename(file);
  return name.startsWith(`shouhu-recovery-kit-${kit}-`) && name.endsWith('.html');
}

function isInside(folder: string, file: string): boolean {
  const path = relative(folder, file);
  return path !== '' && !path.startsWith('..') && !isAbsolute(path);
}
