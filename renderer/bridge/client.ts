import type { Outcome } from '../../shared/errors/app-error.ts';
import type { CommandName, NoticeName } from '../../shared/ipc/channels.ts';
import type { CommandInput, CommandOutput, NoticePayload } from '../../shared/ipc/contract.ts';

/** The page's only way out. `call` never rejects: what goes wrong is in the outcome. */
export interface Client {
  call<N extends CommandName>(name: N, input: CommandInput<N>): Promise<Outcome<CommandOutput<N>>>;
  /** Returns the function that stops listening. */
  listen<N extends NoticeName>(name: N, onNotice: (payload: NoticePayload<N>) => void): () => void;
}
