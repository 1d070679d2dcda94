import type { ErrorCode } from '../errors/app-error.ts';
import type { ErrorText } from './error-text.ts';
import { connectionErrorsEn } from './errors-connections.en.ts';
import { coverageErrorsEn } from './errors-coverage.en.ts';
import { diskErrorsEn } from './errors-disks.en.ts';
import { filesErrorsEn } from './errors-files.en.ts';
import { redisErrorsEn } from './errors-redis.en.ts';
import { streamErrorsEn } from './errors-stream.en.ts';
import { swapErrorsEn } from './errors-swap.en.ts';

/** The English of `errors.zh.ts`: what happened, what it means for the data, what to do next. */
export const errorsEn: Record<ErrorCode, ErrorText> = {
  ...connectionErrorsEn,
  ...coverageErrorsEn,
  ...diskErrorsEn,
  ...filesErrorsEn,
  ...redisErrorsEn,
  ...streamErrorsEn,
  ...swapErrorsEn,
  cancelled: {
    message: 'Stopped as you asked. Backups that were already stored are untouched.',
    remedy: 'Run it again whenever you like; what was already written is not sent twice.',
  },
  unexpected: {
    message:
      'The program met a problem it did not expect, and this run did not finish. Existing backups are unchanged.',
    remedy: 'Try again; if it happens again, send us the log.',
  },
  'feature.not-yet': {
    message: 'This version does not have “{{feature}}” yet. Nothing was changed.',
    remedy: 'The changelog will say when a version has it.',
  },
  'usage.bad-argument': {
    message: '“{{argument}}” is not right in this command. Nothing was run.',
    remedy: 'Add --help to the command to see how it is written.',
  },
  'usage.secret-missing': {
    message: 'This needs “{{what}}” and did not get it. Nothing was changed.',
    remedy:
      'Name an environment variable with the matching --…-env, or a file with --…-file; on a terminal you are asked.',
  },
  'usage.secret-file-mode': {
    message: 'Other users can read the secret file “{{path}}”, so it was not used.',
    remedy: 'Run chmod 600 on it and try again; if others may have seen it, change the secret inside.',
  },
  'ipc.untrusted-sender': {
    message: 'A page that is not part of this program sent a request. It was refused; no data was touched.',
    remedy: 'Restart the program; if it happens again, send us the log.',
  },
  'ipc.bad-input': {
    message: 'Something passed inside the program did not fit, so this was not run. No data changed.',
    remedy: 'Try again; if it happens again, send us the log.',
  },
  'engine.stopped': {
    message: 'The engine stopped unexpectedly and running jobs were cut off. Finished backups are not affected.',
    remedy: 'The engine restarts by itself; then run the interrupted job again.',
  },
  'engine.missing-feature': {
    message: 'This computer lacks something the program needs, so nothing was started. No data changed.',
    remedy: 'Run shouhu doctor and follow what it lists.',
  },
  'home.not-initialised': {
    message: 'No keys have been created on this computer yet, so it cannot back up or restore.',
    remedy: 'For first use run shouhu init; if you already have a copy, run shouhu recover.',
  },
  'home.already-initialised': {
    message: 'Keys already exist here. No second set was made; the old keys and backups are untouched.',
    remedy: 'Just use it; for a separate set, name a new folder with --home.',
  },
  'home.damaged': {
    message:
      'The files this computer keeps about your backups are damaged. The backups live in the copies and are fine.',
    remedy: 'Take an empty --home folder and run shouhu recover from any copy to get the whole timeline back.',
  },
  'home.in-use': {
    message: 'Another Shouhu is using the same folder, so this was not started. No data changed.',
    remedy: 'Wait for it to finish, or close the other window, and try again.',
  },
  'keys.wrong-passphrase': {
    message: 'The passphrase is not right, so nothing was opened. The backups are still there, unchanged.',
    remedy:
      'Check capitals and the input method and try again; if it is forgotten, use the 24 words of the recovery kit.',
  },
  'keys.weak-passphrase': {
    message: 'This passphrase is too easy to guess, so it was not accepted.',
    remedy: 'Choose a longer one, such as four or five unrelated words in a row.',
  },
  'keys.unknown-word': {
    message: 'Word {{position}} is not in the word list, so the key was not opened. The backups are unchanged.',
    remedy: 'Read that word on the recovery kit again, correct it, and retry.',
  },
  'keys.word-count': {
    message: 'There must be exactly 24 recovery words; there are {{count}}. The backups are unchanged.',
    remedy: 'Fill them in by number from 1 to 24 as on the recovery kit, and retry.',
  },
  'keys.wrong-word': {
    message: 'One of the 24 words does not fit the others: most likely one was misread. The backups are unchanged.',
    remedy: 'Compare each word with the recovery kit, minding look-alikes and their order.',
  },
  'keys.wrong-words': {
    message: 'The 24 words are well-formed, but they are not the key of this repository. The backups are unchanged.',
    remedy:
      'Compare the repository id on the kit, and see whether you hold the page of the main key or of the card vault.',
  },
  'keys.vault-closed-early': {
    message:
      'The card vault was closed before the work was done (somebody closed it, or the work stood still for a quarter of an hour), so it did not end. Snapshots and the shop are as they were.',
    remedy: 'If it is still needed, do it again and open the vault anew.',
  },
  'keys.vault-closed': {
    message: 'The card vault is closed, so card secrets cannot be read. Everything else is not affected.',
    remedy: 'When you need card secrets, add --open-vault and give the vault passphrase.',
  },
  'keys.unknown-slot': {
    message: 'There is no way in with the id “{{slot}}”. Nothing was changed.',
    remedy:
      'Look at the ids that are there (shouhu key list on the command line); each recovery sheet has its own printed on it.',
  },
  'keys.last-way-in': {
    message:
      'This is the last way of its kind into this key, so it was not revoked: a forgotten passphrase or a lost paper would then lock the backups for ever. Nothing was changed.',
    remedy:
      'A sheet: write a new one first, rehearse it, then revoke the old one. A passphrase is never revoked; change it to a new one.',
  },
  'keys.too-many-slots': {
    message: 'This key has {{limit}} ways in already and takes no more. Nothing was changed.',
    remedy: 'Revoke recovery sheets that are no longer used, then write the new one.',
  },
  'keys.copy-behind': {
    message:
      'This sheet is fine, but the copy “{{destination}}” is still older than it and does not know it. The backups are unchanged.',
    remedy:
      'Test that copy or back up to it once (shouhu destination test) and it catches up; where another computer has changed it, rehearse with another copy.',
  },
  'keys.cannot-stay': {
    message:
      'Vault sheet {{slot}} cannot simply stay: this computer does not know its public key, and its holder is not here. The keys were not changed.',
    remedy:
      'Let its holder rehearse it once on this computer (shouhu kit rehearse --vault), then it can stay; or leave it out and print a new one afterwards (shouhu key add-sheet --vault --for NAME).',
  },
  'keys.too-many-rotations': {
    message: 'The vault was given new keys {{limit}} times already; it takes no more. The backups are unchanged.',
    remedy: 'Make a new repository and back up to that; keep the old one, its snapshots can still be restored.',
  },
  'keys.vault-rotated': {
    message:
      'The card vault of this copy was given new keys, and this program still works with the former ones, so nothing was written. The backups are unchanged.',
    remedy:
      'Open Shouhu again and retry. If the keys were changed on another computer: recover on this one with the new sheet (shouhu recover), then go on backing up.',
  },
  'kit.nothing-to-open': {
    message:
      'The copies within reach hold nothing to open yet (a vault sheet needs a snapshot with card secrets), so there was nothing to try. The sheet itself is as good as before.',
    remedy: 'Make a backup first (shouhu backup), then rehearse again.',
  },
  'source.unknown': {
    message: 'There is no source named “{{name}}”. Nothing was run.',
    remedy: 'Run shouhu source list to see the names.',
  },
  'source.exists': {
    message: 'There is already a source named “{{name}}”. Its settings are unchanged.',
    remedy: 'Choose another name, or remove the old one with shouhu source remove (its backups stay).',
  },
  'destination.unknown': {
    message: 'There is no destination named “{{name}}”. Nothing was run.',
    remedy: 'Run shouhu destination list to see the names; add one with shouhu destination add if there is none.',
  },
  'destination.none': {
    message: 'There is no place to keep a backup yet, so nothing was backed up. The shop itself was not touched.',
    remedy: 'Add a destination first (main disk, second disk, USB disk or cloud), then back up again.',
  },
  'destination.exists': {
    message: 'There is already a destination named “{{name}}”. Its settings are unchanged.',
    remedy: 'Choose another name, or remove the old one with shouhu destination remove (the backups in it stay).',
  },
  'snapshot.unknown': {
    message: 'No snapshot “{{snapshot}}” was found. All others are still there.',
    remedy: 'Run shouhu snapshots to see them; the first few characters of an id are enough.',
  },
  'snapshot.pruned-meanwhile': {
    message:
      'While the snapshot “{{snapshot}}” was being read, it was tidied up on “{{destination}}”, perhaps by another computer. Nothing is damaged, and all other snapshots are still there.',
    remedy: 'Choose another snapshot and retry; where another copy still has this one, read it from there.',
  },
  'table.unknown': {
    message: 'The table “{{table}}”, or a column needed in it, was not found. Existing backups are unchanged.',
    remedy: 'Check the names; shouhu show with a snapshot id lists its tables, written as database.table.',
  },
  'repository.absent': {
    message: 'There is no Shouhu repository at this place. Nothing was changed.',
    remedy: 'Check the folder, bucket or prefix; with a USB disk, see whether it is the right one.',
  },
  'repository.exists': {
    message: 'There is already a repository at this place. It was not overwritten; its backups are intact.',
    remedy: 'To get its backups back run shouhu recover; for a new one choose an empty folder or prefix.',
  },
  'repository.foreign': {
    message: 'The repository at this place belongs to another set of keys. Nothing was written to it.',
    remedy:
      'Make sure disks or buckets are not mixed up; to use those backups, run shouhu recover with another --home.',
  },
  'repository.newer-format': {
    message: 'A newer Shouhu wrote this repository and this version cannot read it. The backups are unchanged.',
    remedy: 'Update Shouhu first, then open it.',
  },
  'repository.header-damaged': {
    message:
      'The repository’s first file, shouhu.json, is damaged: this copy alone cannot be opened. Other copies are fine.',
    remedy: 'Restore from another copy, then use that one to repair this; do not delete the objects here yet.',
  },
  'repository.damaged': {
    message: 'Some data in this copy does not read back as it was written, so it cannot be fully relied on.',
    remedy: 'Run shouhu verify with --heal-from to repair it from another sound copy.',
  },
  'repository.missing-object': {
    message: 'This copy lacks data that a snapshot needs; a restore from it might be incomplete.',
    remedy: 'Run shouhu verify with --heal-from to complete it from another sound copy.',
  },
  'repository.vault-behind': {
    message:
      'This copy does not have the vault’s new keys yet, and cards written to it could not be opened later, so nothing was written. Its snapshots are unchanged.',
    remedy:
      'See why it cannot be written (shouhu destination test): it may be read-only or locked, or another computer has changed its key file (shouhu key list).',
  },
  'repository.leased': {
    message: 'Another computer or job is using this repository, so this was not started. No data changed.',
    remedy: 'Wait for it to finish; if that computer is off, its claim ends by itself after a while.',
  },
  'repository.lease-lost': {
    message:
      'This stopped halfway: its claim on the repository had ended, perhaps because the computer slept or its clock was set, and another computer may have worked there since. What was written or tidied up is fine, the rest was not touched.',
    remedy: 'Run it again and it goes on from there; keep the computer awake meanwhile.',
  },
  'backup.already-running': {
    message: 'This source is being backed up already; a second run was not started.',
    remedy: 'Let the running backup finish.',
  },
  'backup.rows-mismatch': {
    message:
      'The rows read differ in number from the server’s rows, so this snapshot does not count. Earlier ones are fine.',
    remedy: 'Back up again; if it stays different, do not rely on the new backup and send us the log.',
  },
  'backup.digest-mismatch': {
    message:
      'What was read does not match the server’s digest, so this snapshot does not count. Earlier ones are fine.',
    remedy: 'Back up again; if it stays different, send us the log.',
  },
  'backup.ledger-mismatch': {
    message:
      'Money totals in the backup differ from the server’s, so this snapshot does not count. Earlier ones are fine.',
    remedy: 'Back up again; if they still differ, check the ledger’s column and which status means paid.',
  },
  'backup.implausibly-small': {
    message:
      'There is far less data than last time, so this was not taken as a good backup. Earlier snapshots are all there.',
    remedy:
      'Look at the shop first: are orders and cards still there? If you cleared them yourself, the new size counts as normal after seven days.',
  },
  'backup.ledger-missing': {
    message:
      'The data was kept, but a ledger’s table or column is not in the database: its money was not checked, so this is not a good backup.',
    remedy:
      'See whether that table was dropped or renamed; if you did it yourself, add the shop again with its ledgers.',
  },
  'backup.breakdown-mismatch': {
    message:
      'All rows were kept and the totals agree, but told apart by status, day or product, or counted as stock, the backup ({{different}}) differs from the server, so this is not a good backup.',
    remedy:
      'Back up again; if it still differs, tell us this sentence and the version of your database. No data is lost, but do not rely on the single figures yet.',
  },
  'backup.ledger-unreadable': {
    message:
      'All rows were kept, but a ledger ({{ledger}}) holds amounts that are not numbers: its money cannot be added up, so this is not a good backup.',
    remedy:
      'Look at the ledger’s amounts in the shop for words or empty texts and put them right; or add the shop again with the right column.',
  },
  'backup.secret-missing': {
    message:
      'The data was kept, but a column named as secret is not in the database: it may have a new name and be unsealed, so this is not a good backup.',
    remedy:
      'Check the names of the secret columns; if one was renamed, add the shop again with the new name and back up.',
  },
  'backup.tables-missing': {
    message:
      'The data was kept, but tables that held rows last time are gone or empty, so this is not a good backup. Earlier snapshots are all there.',
    remedy: 'Look at the shop first; if you did not remove them, restore an earlier snapshot beside it and compare.',
  },
  'backup.tables-unisolated': {
    message:
      'The data was kept, but some tables know no transactions and could not be locked, or not for long enough: they may have changed meanwhile, so this is not a good backup.',
    remedy:
      'Convert these tables to InnoDB, or grant LOCK TABLES to the backup account and take a quieter time, and back up again.',
  },
  'backup.tables-unreadable': {
    message:
      'These tables could not be read and are not in this snapshot: {{tables}}. Everything else was kept, and earlier snapshots are all there.',
    remedy:
      'Where a right is missing, grant SELECT to the backup account; where a table is damaged, have it checked with CHECK TABLE and REPAIR TABLE or restore an earlier snapshot beside it. Then back up again.',
  },
  'backup.tables-moved': {
    message:
      'These tables were altered, emptied or made anew during the backup, and again when it was retried; they are not in this snapshot: {{tables}}. Everything else was kept.',
    remedy:
      'Back up again when the upgrade or change is over; if a scheduled job empties them, back up at another time.',
  },
  'backup.objects-unreadable': {
    message:
      'All readable data was kept, but the server does not show these views, routines, triggers or events, so they are not in this snapshot: {{objects}}. Where it says “*”, not even the names of that kind could be had.',
    remedy:
      'Where a right is missing, grant it to the backup account (SHOW VIEW for views, SHOW_ROUTINE or SELECT on mysql.proc for routines, TRIGGER, EVENT); where one is damaged, have it made again or dropped. Then back up again.',
  },
  'backup.views-broken': {
    message:
      'The data was kept, but some views can no longer be used in the shop’s own database: {{objects}}. Their definitions were kept too; no data is missing.',
    remedy: 'A table or column they use was dropped or renamed: mend or drop the view, and back up again.',
  },
  'copy.snapshots-lost': {
    message:
      '{{snapshots}} snapshots are gone from copy “{{destination}}”: the files that register them are not there any more, so they cannot be restored from this copy. Other copies are not affected.',
    remedy:
      'Run shouhu verify "{{destination}}" with --heal-from ANOTHER to bring back what that copy still has; then see whether this disk or bucket is failing, or whether somebody touched its folder manifests.',
  },
  'copy.unproven': {
    message:
      'Something on copy “{{destination}}” has not been read back for {{days}} days: nobody knows whether it is still sound.',
    remedy:
      'Connect this disk, or let this computer reach that cloud, and run shouhu verify --due again; shouhu destination test "{{destination}}" says what is in the way.',
  },
  'copy.unlocked': {
    message:
      'The backup is on “{{destination}}”, but {{unlocked}} of its {{objects}} objects could not be locked against deletion. The data is sound.',
    remedy:
      'Run shouhu destination test "{{destination}}" to see why; once the rights are there, the next backup locks what is missing.',
  },
  'verify.already-running': {
    message:
      'The share of today is being read back already; a second run was not started. Nothing is wrong with the copies.',
    remedy: 'Let it finish, or stop it in the app and start again.',
  },
  'copy.incomplete': {
    message:
      'The snapshot is stored, but did not reach every destination in full: there are fewer copies than planned.',
    remedy: 'See which destination is unfinished, connect it, and complete it with shouhu copy.',
  },
  'prune.no-room-for-lease': {
    message:
      '“{{name}}” is full to the last byte. Before anything is removed, a small note has to be written that keeps other computers from writing at the same time; it does not fit, so nothing was removed.',
    remedy:
      'Move one or two other files (photographs, installers) off the disk, 1 MB will do, and tidy up again. Leave the folder of Shouhu alone.',
  },
  'prune.unreadable': {
    message:
      'Records that cannot be read: {{count}}. Nobody knows which data they still need, so nothing was removed. The first one is {{object}}.',
    remedy: 'Run shouhu verify with --heal-from to repair it from another sound copy, then tidy up again.',
  },
  'prune.deed-unreadable': {
    message:
      'Notes on which snapshots were really restored and which were tidied up cannot be read here: {{count}}. Nobody knows which snapshots they protect, so nothing was removed. The first one is {{object}}.',
    remedy:
      'Run shouhu verify with --heal-from to repair it from another sound copy, then tidy up again. Backups and restores are not affected.',
  },
  'prune.changed-meanwhile': {
    message:
      'Another computer wrote to this repository meanwhile. To remove nothing by mistake it was left at that; nothing that is in use was removed.',
    remedy: 'Wait for the other one to finish; the next run goes on from here.',
  },
  'prune.looks-like-attack': {
    message:
      'The newest snapshot of “{{source}}” ({{snapshot}}) holds far less than those before it (rows: {{rowsBefore}} → {{rowsAfter}}): {{evidence}}. If somebody deleted that data, the old snapshots are what saves you, so not one was removed.',
    remedy:
      'See whether data is missing in the shop. If so, restore now; if you cleared it away yourself, run this again with --confirm-shrink {{snapshot}}.',
  },
  'restore.no-copy': {
    message: 'None of the copies that can be reached now has this snapshot. Nothing was restored.',
    remedy: 'Plug in the disk that has it, or check the network, and retry; or choose another snapshot.',
  },
  'restore.statement-refused': {
    message:
      'The statement that the snapshot holds for “{{table}}” does not create it: somebody who has the keys changed this backup, or another program wrote it. It was given to no server, and nothing was restored.',
    remedy:
      'Choose an earlier snapshot, or restore other tables with --tables. The keys may have leaked: make a new repository and back up anew.',
  },
  'restore.table-not-kept': {
    message:
      'This snapshot does not hold the table “{{table}}”: it could not be read when the backup was made. Nothing was restored.',
    remedy: 'Choose an earlier snapshot; shouhu snapshots marks the good ones with ✓.',
  },
  'restore.file-too-large': {
    message:
      'This disk takes no single file of that size (on FAT32 a file stays below 4 GiB). No half file was left behind, and the backups are not affected.',
    remedy:
      'Write the file to another disk, format this one as exFAT (which empties it), write a compressed .sql.zst, or export some tables at a time with --tables.',
  },
  'restore.target-exists': {
    message: 'A database or file of that name exists already where the data should go. It was not touched.',
    remedy:
      'Restore under another name (--as for a database, another file name for a file), compare, and only then decide.',
  },
  'restore.no-privilege': {
    message:
      'The database user may not create and fill a database there ({{statement}}), so nothing was restored. The live shop was not touched, and the backup is fine.',
    remedy:
      'A user for backups may only read, and that is right. Restore with one that may create databases (--into mysql://root@HOST:PORT/), or try it in a throw-away server first (--into sandbox).',
  },
  'restore.not-portable': {
    message:
      'The snapshot comes from {{source}}; the server to restore into is {{target}}, which does not have what “{{object}}” uses ({{feature}}). So nothing was restored and not one row was written; the snapshot is unchanged.',
    remedy:
      'Restore into a server of the same make as before, of the same version or a newer one, or export to a file with --into sql.',
  },
  'restore.confirmation-missing': {
    message: 'This step overwrites data in use and was not confirmed, so nothing was done.',
    remedy: 'Make sure which database on which server it is, then type the full name.',
  },
  'restore.rows-mismatch': {
    message:
      'The restored rows differ in number from the snapshot; do not use this result. Snapshot and database are unchanged.',
    remedy: 'Restore again from another copy, and check this one with shouhu verify.',
  },
  'restore.digest-mismatch': {
    message:
      'The restored data does not match the snapshot’s digest; do not use this result. Snapshot and database are unchanged.',
    remedy: 'Restore again from another copy, or into a server of the same brand and version.',
  },
  'restore.ledger-mismatch': {
    message:
      'Restored money totals differ from the snapshot; do not use this result. Snapshot and database are unchanged.',
    remedy: 'Restore again from another copy; if they still differ, send us the log.',
  },
  'restore.target-full': {
    message:
      'The disk of the target server is full, so the restore was not completed. The shop’s data was not touched, and the backup is sound.',
    remedy:
      'If that is the shop’s own server, look first whether its database still runs. Make room there (two to three times the size of the backup), or take another server, and restore again. What had been written is removed; what could not be is listed by shouhu restores.',
  },
  'restore.read-only': {
    message:
      'The target server takes no changes now ({{variable}}=ON), so nothing was restored. The shop was not touched.',
    remedy:
      'If it is a replica, restore into its primary or another server; if it was switched off on purpose, run SET GLOBAL {{variable}}=OFF and try again.',
  },
  'restore.names-collide': {
    message:
      'Some names differ only in capital letters, which the target server does not tell apart: {{names}} (lower_case_table_names: backup {{source}}, there {{target}}). Nothing was restored, and the shop was not touched.',
    remedy:
      'Use a server that was initialised with lower_case_table_names={{source}}, or restore into a throw-away one first (--into sandbox); --tables restores one of them alone.',
  },
  'restore.load-failed': {
    message:
      'Writing into the target database failed, so the restore did not finish. Snapshot and database are unchanged.',
    remedy: 'Check space and rights on the target and restore again; the unfinished part can safely be dropped.',
  },
  'resale.no-rules': {
    message:
      'It is not known which tables of "{{source}}" hold cards and orders, so nothing can keep cards from being sold twice. Nothing was changed.',
    remedy:
      'Restore again with --resale-guard off; then mark by hand what was sold after the restore point, before the shop opens.',
  },
  'resale.not-marked': {
    message:
      '{{cards}} cards in the restored "{{table}}" that buyers have already could not be marked as sold, so the restore does not count as done. The live data is untouched.',
    remedy:
      'A trigger or missing rights are the usual reason: restore with an account that may change this table, and do not open the shop on the restored database before.',
  },
  'sandbox.no-server': {
    message:
      'No MariaDB or MySQL server program was found here, so a throw-away restore is not possible. Backups are unchanged.',
    remedy: 'Install a MariaDB server and retry; shouhu doctor says how on this computer.',
  },
  'sandbox.start-failed': {
    message: 'The throw-away database did not start, so nothing was restored. Backups are unchanged.',
    remedy: 'Check disk space and rights on the temporary folder and retry; shouhu doctor names what is missing.',
  },
};
