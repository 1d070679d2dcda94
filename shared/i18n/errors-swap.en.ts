import type { ErrorText } from './error-text.ts';

/** What may come in the way of putting a restore into the shop, and of taking it out again. */
export const swapErrorsEn = {
  'swap.unknown-restore': {
    message: 'No restore, or more than one, has an id that begins with “{{restore}}”. Nothing was changed.',
    remedy: 'Run shouhu restores to see which there are, and give more of the id.',
  },
  'cards.nothing-to-add': {
    message: 'That restore ({{restore}}) has its real card secrets; there is nothing to add. Nothing was touched.',
    remedy: 'Run shouhu restores to see which restores are without cards.',
  },
  'cards.incomplete': {
    message:
      'Not all cards could be added: some rows were changed or deleted since, or a table cannot be filled. What was added stays, and nothing else was touched.',
    remedy: 'See above, table by table; shouhu cards "{{restore}}" --open-vault once more goes on where it stopped.',
  },
  'restore.still-running': {
    message: 'That restore ({{restore}}) is still running, so nothing was touched.',
    remedy: 'Wait until it is done, or cancel it where it runs: it tidies up by itself.',
  },
  'swap.wrong-state': {
    message:
      'This restore ({{restore}}) is now “{{state}}”, so there is nothing to do for this step. Nothing was changed.',
    remedy:
      'shouhu swap puts a restore in, shouhu undo takes it out again; shouhu restores tells which one the shop works with.',
  },
  'swap.nothing-beside': {
    message: 'The server no longer has {{databases}}: what was restored is gone from there. The shop was not touched.',
    remedy: 'The backup is still there: restore once more (shouhu restore … --into same), then swap.',
  },
  'swap.already-running': {
    message: 'Another swap is under way on this server, so this one was not begun. The shop was not touched.',
    remedy: 'Wait until it has ended, which takes seconds, and try again.',
  },
  'swap.unfinished': {
    message:
      'Another restore ({{restore}}) of the same database was stopped half way and is not settled. This one was not begun, and no row is lost.',
    remedy:
      'Complete it with shouhu swap "{{restore}}", or take it back with shouhu undo "{{restore}}"; then come back to this.',
  },
  'swap.newer-first': {
    message:
      'After this one, another restore ({{restore}}) was put into the shop. Taking this one back first would mix them up, so nothing was done.',
    remedy: 'Run shouhu undo "{{restore}}" first, then this one.',
  },
  'swap.unproven': {
    message:
      'The digests or the totals of this restore are not those of the backup, so it was not put into the shop. The shop was not touched, and the restore is still there beside it.',
    remedy:
      'Restore from another copy or another snapshot. If this is the best there is, have a look at it and add --even-unproven: it can be taken back at any time.',
  },
  'swap.vault-closed': {
    message:
      'The card vault was closed during the restore, so its card secrets are stand-ins: with them the shop would deliver no real cards. Nothing was swapped, and the shop was not touched.',
    remedy:
      'Add the cards first, without restoring again: “Add the cards” on the Restore page, or shouhu cards ID --open-vault; then swap.',
  },
  'swap.no-safety-snapshot': {
    message:
      'What the shop has now is kept first, and that could not be done ({{reason}}), so nothing was swapped. The shop was not touched.',
    remedy:
      'See why it cannot be backed up. If the database is too broken for that, add --without-safety-snapshot: its tables are moved aside and never dropped.',
  },
  'swap.read-only': {
    message: 'The database server takes no changes now ({{variable}}=ON). The shop was not touched.',
    remedy:
      'If it is a replica, do this on its primary; if it was switched off on purpose, run SET GLOBAL {{variable}}=OFF and try again.',
  },
  'swap.no-privilege': {
    message:
      'This database user lacks rights on {{database}}: {{privileges}}. Nothing was begun, and the shop was not touched.',
    remedy:
      'As an administrator run GRANT {{privileges}} ON `{{database}}`.* TO that user, or give the source a user that has them.',
  },
  'swap.name-taken': {
    message:
      'The names of these tables are taken by another table or view: {{tables}}. So it stopped, and nothing was overwritten.',
    remedy: 'See whether another program has just made it: rename or drop it, and run the same command again.',
  },
  'swap.tables-gone': {
    message:
      'Tables that were to come in are gone: {{tables}}. Somebody has dropped something in the database beside the shop. It went no further.',
    remedy: 'If it stopped half way, shouhu undo takes it back; then restore once more from the backup.',
  },
  'swap.busy': {
    message:
      'The shop never let go of its tables: {{attempts}} tries and {{waitedS}} seconds of waiting brought no gap, so nothing was swapped and the shop was not touched. In the way: {{blockers}}.',
    remedy:
      'Try at a quiet hour, or put the site into maintenance first. The number behind # is the connection in the database; one that hangs can be ended with KILL.',
  },
  'swap.guard-too-slow': {
    message:
      'So that no card is sold twice, the last sales are marked while the shop stands still for a moment. Looking through {{table}} for them took {{seconds}} s, or too much was sold meanwhile; the shop is not kept waiting for that. Nothing was swapped, and the shop was not touched.',
    remedy:
      'Try at a quiet hour. With very many cards: close the shop for some minutes so that nobody can buy, and run the same command with --resale-guard behind.',
  },
} as const satisfies Record<string, ErrorText>;
