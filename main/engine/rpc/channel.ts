import type { EngineMessage } from '../../../shared/ipc/engine-messages.ts';

/** The wire to the app, whichever of the two kinds it is. Messages carry plain JSON values. */
export interface Channel {
  post(message: EngineMessage): void;
  /** What arrives is checked by whoever listens. */
  onMessage(listener: (raw: unknown) => void): void;
  /** Called when the app is gone or has let go. */
  onClose(listener: () => void): void;
}
