import { randomUUID } from 'node:crypto';
import { AppError } from '../../../shared/errors/app-error.ts';

export type ChosenKind = 'folder' | 'ssh-key' | 'sql-file';

/** More than a person chooses between two starts; a page that asks on and on pushes out its own oldest choices. */
const maxChoices = 200;

/**
 * What a person chose in a dialog, by a token that the page may hold. A token is good for what it was chosen for and dies
 * with this process; no path ever comes from the page.
 */
export class ChosenPaths {
  readonly #paths = new Map<string, { readonly kind: ChosenKind; readonly path: string }>();

  keep(kind: ChosenKind, path: string): string {
    const token = randomUUID();
    this.#paths.set(token, { kind, path });
    const [oldest] = this.#paths.keys();
    if (this.#paths.size > maxChoices && oldest !== undefined) this.#paths.delete(oldest);
    return token;
  }

  /** Error: `ipc.bad-input` for a token that was never given, or was given for something else. */
  pathOf(kind: ChosenKind, token: string): string {
    const choice = this.#paths.get(token);
    if (choice?.kind !== kind) throw new AppError('ipc.bad-input', { channel: 'token' });
    return choice.path;
  }
}
