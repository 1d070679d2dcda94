import type { ErrorText } from './error-text.ts';
import type { streamErrorsZh } from './errors-stream.zh.ts';

/** Sentences for errors of the log stream (binlog). */
export const streamErrorsEn: Record<keyof typeof streamErrorsZh, ErrorText> = {
  'binlog.off': {
    message:
      'The database’s binary log is off, so its changes cannot be followed second by second; only the moment of a backup can come back. Existing backups are not affected.',
    remedy:
      'Add log_bin=binlog, binlog_format=ROW and a server_id to the database’s configuration and restart it; hosting panels have a switch for the binary log.',
  },
  'binlog.purged': {
    message:
      'The database has deleted its log file “{{file}}”, so a piece after it could not be followed and counts as a gap. All that was stored is there.',
    remedy:
      'A full backup closes the gap from its moment on and is made next; to have fewer gaps, let the database keep its logs for three days or more.',
  },
  'binlog.rewritten': {
    message:
      'The database’s log “{{file}}” is not the one that was followed before: it was reset (RESET MASTER), or a power failure took its end. The two were not joined, and all that was stored is there.',
    remedy:
      'A full backup begins a new unbroken record and is made next; if it was not you who reset the log, find out who did.',
  },
  'binlog.replaced': {
    message:
      'Another replica came with the same number and the database cut us off. What was stored of the log is not affected.',
    remedy: 'See whether two computers follow this shop’s log; keep one, and it goes on by itself.',
  },
  'binlog.damaged': {
    message:
      'What the database sent of its log “{{file}}” is broken at {{position}}, so it was not stored. What was stored before is sound.',
    remedy:
      'It is read again from the last sound place; if it always stops here, check the database server’s disk and make a full backup at once.',
  },
  'binlog.unsupported': {
    message:
      'This database keeps its log inside InnoDB ({{storage}}): there are no log files to follow byte for byte, and this version cannot follow it. Existing backups are not affected.',
    remedy:
      'Set binlog_storage_engine back to its default (empty) and restart the database; until then back up more often.',
  },
  'stream.none': {
    message:
      'Nothing of the log of “{{source}}” is stored yet, so there is nothing to look up. Backups are not affected.',
    remedy: 'Run shouhu stream "{{source}}"; from then on everything that happens is kept.',
  },
  'stream.already-running': {
    message: 'Something follows this shop’s log already, so this did not start a second time.',
    remedy: 'Nothing needs to be done; to do it another way, stop that first.',
  },
  'stream.event-unknown': {
    message: 'No “{{event}}” is in the stored log. Nothing was changed.',
    remedy:
      'Look at shouhu events or the timeline once more and copy its id from there; the log may not have been followed that far yet.',
  },
  'restore.before-snapshots': {
    message:
      '{{at}} is earlier than the first backup that the log goes on from ({{nearest}}), so that moment cannot be reached. Nothing was changed.',
    remedy: 'The earliest moment is {{nearest}}: choose it, or any second after it.',
  },
  'restore.behind-log': {
    message:
      'The log is stored up to {{nearest}}; what happened from there until {{at}} is not known, so nothing was made up. Nothing was changed.',
    remedy:
      'If the database still answers, let the log catch up first (shouhu stream) and restore again; if it does not, restore to {{nearest}}, which is the nearest moment.',
  },
  'restore.in-gap': {
    message:
      '{{at}} lies in a gap: the log between {{before}} and {{after}} was never followed. Nothing was made up, and nothing was changed.',
    remedy:
      'The two nearest moments are {{before}}, before the gap, and {{after}}, behind it: choose one and restore again.',
  },
  'restore.log-sealed': {
    message:
      'Behind {{nearest}} card secrets cannot be told from the rest of the log, so all of that part is sealed in the vault; with the vault closed it cannot be done again. Nothing was changed.',
    remedy: 'Restore again with --open-vault and the vault’s passphrase; to leave it closed, restore to {{nearest}}.',
  },
  'restore.no-scratch': {
    message:
      'The log has to be done again on a temporary {{flavour}} on this computer before a file can be written, and no {{flavour}} server program was found here. Nothing was touched.',
    remedy:
      'Install it and retry: {{hint}}. Or restore this moment into another {{flavour}} server and export from there, or write the nearest snapshot as an .sql file.',
  },
  'restore.no-room': {
    message:
      'The disk of “{{path}}” is too small: this restore needs about {{needed}}, and {{free}} are free. Nothing was touched.',
    remedy: 'Make room on that disk, or write the file to another one, and restore once more.',
  },
  'restore.log-apart': {
    message:
      'The stored log and the backups do not meet: no backup stands exactly within the log, so no moment between backups can be reached. Nothing was changed.',
    remedy: 'The moment of any backup can come back; make another backup, and from then on every second can.',
  },
  'replay.other-flavour': {
    message:
      'The log was written by {{source}} and the target is {{target}}, where it cannot be done again. The backup itself can go there, and the live data was not touched.',
    remedy:
      'Restore into a {{source}} server or a throw-away server; or name no time, and the moment of the backup comes back.',
  },
  'replay.name-in-statement': {
    message:
      'A statement of the log “{{file}}” at {{position}} names the database “{{database}}”, which has another name here: doing it again would touch the live one, so this stopped. The live data was not touched.',
    remedy:
      'Install a {{flavour}} server on this computer ({{hint}}) and restore once more: the log is then done again on a temporary server under the original names, and the result is carried over. Or restore into another server, where the database keeps its name.',
  },
  'replay.interrupted': {
    message:
      'The connection was lost while the log “{{file}}” was done again at {{position}}; whether that step was finished cannot be told, so nothing followed. The live data was not touched.',
    remedy: 'Restore once more.',
  },
  'replay.unsupported': {
    message:
      'The log “{{file}}” holds a step at {{position}} that cannot be done again exactly ({{what}}), so this stopped before it. The target is whole up to there, and the live data was not touched.',
    remedy: 'Restore to a moment before it; shouhu events tells what the step did, so that it can be done by hand.',
  },
  'replay.packet-too-small': {
    message:
      'A statement of the log takes {{neededBytes}} bytes and the target server accepts {{limitBytes}}, so this stopped. The live data was not touched.',
    remedy: 'Set max_allowed_packet of the target to 1G and restore again, or restore into a throw-away server.',
  },
  'replay.failed': {
    message:
      'The target server refused a step of the log “{{file}}” at {{position}} (error {{errno}}). It is whole up to there, and the live data was not touched.',
    remedy:
      'Look at the version and free space of the target and restore again; if it always stops here, restore to a moment before it and send us the log.',
  },
};
