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
