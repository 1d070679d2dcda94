import type { cliCardsZh } from './cli-cards.zh.ts';

/** Adding card secrets to what was restored with the vault closed. */
export const cliCardsEn: Record<keyof typeof cliCardsZh, string> = {
  'help.cards': 'open the card vault and add the cards to what was restored with it closed, without restoring again',
  'flag.vault-reason': 'why the card vault is opened; goes into the audit log',
  'ask.vault-reason': 'Why is the card vault opened (goes into the audit log)? ',
  'action.vault.close': 'card vault closed',
  'phase.cards': 'adding cards',
  'action.restore.cards-added': 'add cards to a restore',
  'cards.done':
    'The cards are there: {{filled}} rows were filled, and the server’s own digests are those of the backup ({{time}}).',
  'cards.partly':
    '{{filled}} rows were filled, but not all of them; see below ({{time}}). What was filled stays, and nothing else was touched.',
  'cards.table': '{{table}}: {{rows}} rows in all, {{filled}} filled now, {{same}} had their secret already',
  'cards.changed': '{{table}}: {{count}} rows have another secret by now, and keep it',
  'cards.gone': '{{table}}: {{count}} rows are not there any more',
  'cards.waiting': '{{table}}: {{count}} rows could not be filled, another row already has the same secret',
  'cards.left.no-key':
    '{{table}}: it has no key (or the card is the key), so rows cannot be told apart, and somebody may have written since. For its cards restore this table alone with --open-vault',
  'cards.left.triggers':
    '{{table}}: triggers stand on it and would act once more. Restore this table alone with --open-vault',
  'cards.left.no-table': '{{table}}: the server does not have this table any more',
  'cards.left.other-columns': '{{table}}: its columns are not those that were restored',
  'cards.waiting-list': 'Restores without their cards (add them with shouhu cards ID --open-vault):',
  'cards.waiting-line': '· {{id}}: the data of {{at}}, in {{where}}',
  'restore.cards-later': 'The cards can be added later, without restoring again: shouhu cards "{{id}}" --open-vault',
};
