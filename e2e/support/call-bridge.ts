import type { Page } from 'playwright-core';
import type { Outcome } from '../../shared/errors/app-error.ts';
import type { CommandName } from '../../shared/ipc/channels.ts';
import type { CommandInput, CommandOutput } from '../../shared/ipc/contract.ts';

interface Bridge {
  readonly call: Readonly<Record<string, (input: unknown) => Promise<unknown>>>;
}

/** Calls a command the way the page does: through the preload, the sender check and the schemas. */
export async function callBridge<N extends CommandName>(
  page: Page,
  name: N,
  input: CommandInput<N>,
): Promise<Outcome<CommandOutput<N>>> {
  const answer = await page.evaluate(
    ([command, given]) => (globalThis as unknown as { shouhu: Bridge }).shouhu.call[command]?.(given),
    [name, input] as const,
  );
  return answer as Outcome<CommandOutput<N>>;
}
