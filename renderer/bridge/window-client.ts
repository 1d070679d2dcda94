import type { Outcome } from '../../shared/errors/app-error.ts';
import { failure } from '../../shared/errors/app-error.ts';
import type { CommandName, NoticeName } from '../../shared/ipc/channels.ts';
import type { CommandInput, CommandOutput, NoticePayload } from '../../shared/ipc/contract.ts';
import type { Client } from './client.ts';

/** What the preload puts on the window. Both ends are checked by the app, so the page trusts the shapes. */
export interface WindowBridge {
  readonly call: Readonly<Record<CommandName, (input: unknown) => Promise<unknown>>>;
  readonly listen: Readonly<Record<NoticeName, (onPayload: (payload: unknown) => void) => () => void>>;
}

declare global {
  interface Window {
    readonly shouhu?: WindowBridge;
  }
}

export function createWindowClient(bridge: WindowBridge): Client {
  return {
    async call<N extends CommandName>(name: N, input: CommandInput<N>) {
      try {
        return (await bridge.call[name](input)) as Outcome<CommandOutput<N>>;
      } catch (error) {
        return failure(error);
      }
    },
    listen<N extends NoticeName>(name: N, onNotice: (payload: NoticePayload<N>) => void) {
      return bridge.listen[name]((payload) => onNotice(payload as NoticePayload<N>));
    },
  };
}
