import { AppError } from '../../../shared/errors/app-error.ts';
import type { OpenVault } from '../../../shared/model/vault.ts';

/** The vaults that are open in this process, for whoever wants to see them or to close them. */
export class VaultBoard {
  readonly #open = new Map<string, { readonly view: () => OpenVault; readonly close: (why: AppError) => void }>();
  readonly #onChanged: () => void;

  /** @param onChanged one was opened or closed */
  constructor(onChanged: () => void = () => undefined) {
    this.#onChanged = onChanged;
  }

  list(): OpenVault[] {
    return [...this.#open.values()].map(({ view }) => view());
  }

  /** Gives how many there were. Their work ends as if it had been cancelled; the keys go when it has. */
  closeAll(): number {
    const open = [...this.#open.values()];
    for (const { close } of open) close(new AppError('keys.vault-closed-early', { reason: 'person' }));
    return open.length;
  }

  add(id: string, session: { readonly view: () => OpenVault; readonly close: (why: AppError) => void }): () => void {
    this.#open.set(id, session);
    this.#onChanged();
    return () => {
      if (this.#open.delete(id)) this.#onChanged();
    };
  }
}
