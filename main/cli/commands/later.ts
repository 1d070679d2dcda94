import type { Command } from 'commander';
import { AppError } from '../../../shared/errors/app-error.ts';
import type { Picker } from '../verb-context.ts';

/** Verbs that are part of the contract and not built yet: they can be read about and say so when they are called. */
export const laterVerbs = ['drill', 'replica'] as const;

export function addLater(program: Command, { words }: Picker): void {
  for (const verb of laterVerbs) {
    program
      .command(verb)
      .description(words.say('help.later', { what: words.say(`help.${verb}`) }))
      .argument('[arguments...]')
      .allowUnknownOption()
      .action(() => {
        throw new AppError('feature.not-yet', { feature: verb });
      });
  }
}
