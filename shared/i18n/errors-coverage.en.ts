import type { coverageErrorsZh } from './errors-coverage.zh.ts';
import type { ErrorText } from './error-text.ts';

/** Looking at what is on a server. */
export const coverageErrorsEn: Record<keyof typeof coverageErrorsZh, ErrorText> = {
  'coverage.no-look': {
    message:
      'What is on the server of “{{source}}” could not be seen ({{reason}}). Backups are not concerned; the list shows what was seen before.',
    remedy: 'Test the connection of this shop; when it holds, look again.',
  },
  'coverage.thing-unknown': {
    message: '“{{thing}}” is not on the list. Nothing was changed.',
    remedy: 'shouhu coverage SOURCE shows the list as it is now; use the ids from it.',
  },
  'coverage.cannot-keep': {
    message: '“{{thing}}” cannot be added to the backup like this. Nothing was changed.',
    remedy:
      'The list says why it is in no backup; tables and views come with their database, and what cannot be read needs a right first.',
  },
};
