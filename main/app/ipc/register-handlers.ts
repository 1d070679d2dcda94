import { ipcMain, type IpcMainInvokeEvent } from 'electron';
import type { z } from 'zod';
import { AppError, failure, success, type Outcome } from '../../../shared/errors/app-error.ts';
import { commandNames, type CommandName } from '../../../shared/ipc/channels.ts';
import { commands, type CommandInput, type CommandOutput } from '../../../shared/ipc/contract.ts';
import { isAppUrl } from '../security/trusted-url.ts';

export type Handlers = {
  readonly [N in CommandName]: (input: CommandInput<N>) => Promise<CommandOutput<N>>;
};

/** The only place that touches `ipcMain`. A handler runs only for our own top frame and for input that fits its schema. */
export function registerHandlers(handlers: Handlers, report: (command: CommandName, error: unknown) => void): void {
  for (const name of commandNames) {
    // TypeScript cannot tie handlers[name] to commands[name] across a union; `Handlers` above is the proof.
    const handle = handlers[name] as (input: unknown) => Promise<unknown>;
    const schema: z.ZodType = commands[name].input;

    ipcMain.handle(name, async (event, raw: unknown): Promise<Outcome<unknown>> => {
      try {
        if (!comesFromOurTopFrame(event)) throw new AppError('ipc.untrusted-sender', { channel: name });
        const input = schema.safeParse(raw);
        if (!input.success) throw new AppError('ipc.bad-input', { channel: name }, { cause: input.error });
        return success(await handle(input.data));
      } catch (error) {
        report(name, error);
        return failure(error);
      }
    });
  }
}

function comesFromOurTopFrame(event: IpcMainInvokeEvent): boolean {
  try {
    const { senderFrame } = event;
    return senderFrame !== null && senderFrame.parent === null && isAppUrl(senderFrame.url);
  } catch {
    // The frame went away while its message was on the way: nobody is there to be trusted.
    return false;
  }
}
