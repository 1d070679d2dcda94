export const vaultEn = {
  vault: {
    openTitle: 'The card vault is open',
    openFor: {
      restore: 'The cards of “{{source}}” are being restored',
      export: 'The cards of “{{source}}” are being exported',
      'export-log': 'The log of “{{source}}” is being exported',
      'add-cards': 'The cards of “{{source}}” are being added to a restore',
      other: 'It is in use for “{{source}}”',
    },
    since: 'Opened at {{at}}. {{reason}}',
    reason: 'Reason: {{reason}}',
    noReason: 'No reason was given.',
    closes: 'It closes by itself when this is done, and at {{at}} should nothing move until then.',
    closeNow: 'Close it now',
    closeAsk: 'Close the vault now?',
    closeText:
      'The work that uses it stops, and what is not finished has to be done again. The shop and the backups are not affected.',
    closing: 'Closing…',
    why: 'Why the vault is opened',
    whyHint:
      'It goes into the audit log, for example: a customer needs yesterday’s card again. May be left empty in a hurry.',
  },
  cards: {
    title: 'Add the cards',
    text: 'The vault was closed during this restore, so the card columns hold stand-ins. Open it now and the cards are put in their place: nothing is restored again, and rows that were sold, changed or deleted since stay as they are.',
    start: 'Open the vault and add the cards',
    running: 'Adding the cards',
    doneTitle: 'All cards are there',
    doneText:
      '{{filled}} rows were filled, {{same}} had the right card already. The server’s own digests are those of the backup.',
    partlyTitle: 'Some of the cards are there',
    partlyText:
      '{{filled}} rows were filled. What was filled stays and nothing else was touched; what could not be filled is named below.',
    table: 'Table',
    tableRows: 'Rows',
    tableFilled: 'Filled now',
    tableSame: 'Right already',
    tableNote: 'Not filled',
    changed: '{{count}} rows have another card by now, and keep it',
    gone: '{{count}} rows are not there any more',
    waiting: '{{count}} rows could not be filled: another row already has the same card',
    allDone: 'Nothing is missing',
    left: {
      'no-key':
        'It has no key, or the card is the key, so rows cannot be told apart. For its cards restore this table alone with the vault open',
      triggers: 'Triggers stand on this table and would act once more. Restore this table alone with the vault open',
      'no-table': 'The server does not have this table any more',
      'other-columns': 'Its columns are not those that were restored',
    },
    waitingTitle: 'Restores without their cards',
    waitingEntry: 'Restored on {{at}}, with the data of {{moment}} ({{where}})',
  },
};
