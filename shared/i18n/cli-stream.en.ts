import type { cliStreamZh } from './cli-stream.zh.ts';

/** What is said of the log stream and of what happened in it. */
export const cliStreamEn: Record<keyof typeof cliStreamZh, string> = {
  'flag.stream-for': 'follow for so many seconds, then end',
  'flag.until-caught-up': 'end when all that the server has is stored',
  'flag.stream-to': 'destinations to store it in (default: all but cold disks)',
  'flag.since': 'only what happened after this time (for example 2026-11-23T14:00:00+08:00)',
  'flag.until': 'only what happened before this time',
  'flag.destructive': 'only what drops, empties, or deletes and changes a lot',
  'flag.events-table': 'only what happened to this table',
  'flag.export-log': 'write the stored log as files for mysqlbinlog into this folder (never overwrites)',
  'log-export.done': 'The log was written as {{files}} files ({{bytes}}) to {{dir}} in {{time}}.',
  'log-export.part':
    'Not every file is stored from its beginning: positions in it differ from the server’s, the content does not.',
  'log-export.holds-cards': 'Mind: these files hold card secrets in clear. Delete them when you are done.',
  'log-export.how':
    'To look: mysqlbinlog -vv {{file}} (mariadb-binlog for MariaDB). To get data back, use shouhu restore --at.',
  'phase.write-log': 'writing the log',
  'stream.done': 'Stored {{events}} log events ({{bytes}}) in {{segments}} pieces, up to {{place}}, in {{time}}.',
  'stream.rpo': 'If the database died now, at most {{time}} of trade would be lost.',
  'stream.merged': 'Tidied up: {{records}} older pieces lie together now, byte for byte as they were.',
  'stream.copy': '{{destination}}: brought {{records}} pieces, {{bytes}}',
  'stream.gap.start': 'Begins at {{until}}.',
  'stream.gap.purged':
    'Gap: the database deleted its log after {{after}} ({{at}}) before it was followed. Unbroken again from {{until}} on, with a new full backup.',
  'stream.gap.rewritten':
    'Gap: the database’s log was reset after {{after}} ({{at}}); the two were not joined. Unbroken again from {{until}} on, with a new full backup.',
  'stream.gap.another-server':
    'Gap: another database server answers since {{after}} ({{at}}). Unbroken again from {{until}} on, with a new full backup.',
  'stream.warning.not-row-format':
    'The database’s binlog_format is not ROW: some changes are logged as statements only, so a replay may differ and rows cannot be counted. ROW is advised.',
  'stream.warning.not-full-rows':
    'The database’s binlog_row_image is not FULL: old values are not all logged, so less can be found out later. FULL is advised.',
  'stream.warning.short-retention':
    'The database keeps its logs for less than three days: if this computer is off for long there will be a gap. Three days or more are advised.',
  'phase.stream': 'following the log',
  'phase.stream-wait': 'the line broke; waiting to go on',
  'phase.find-moment': 'Finding the moment in the log',
  'phase.scratch': 'Starting a temporary database to do the log again on',
  'phase.picture': 'Reading that moment from the temporary database',
  'phase.recount': 'Going on: counting what was done again before',
  'phase.replay': 'Doing the log again',
  'column.event-at': 'time',
  'column.event-kind': 'what',
  'column.event-tables': 'tables',
  'column.event-rows': 'rows',
  'column.event-thread': 'connection',
  'column.event-id': 'id',
  'event.drop-database': 'database dropped',
  'event.drop-table': 'table dropped',
  'event.truncate': 'emptied',
  'event.alter-drop': 'column or partition dropped',
  'event.rename-table': 'table renamed',
  'event.mass-delete': 'many deleted',
  'event.mass-update': 'many changed',
  'event.delete-statement': 'deleted (statement only)',
  'event.update-statement': 'changed (statement only)',
  'event.ddl': 'structure changed',
  'event.accounts': 'accounts and rights',
  'event.incident': 'fault in the log',
  'events.none': 'Nothing of that kind was found.',
  'events.reads-leave-no-trace':
    'Queries that only read (somebody copying a whole table away) leave no trace in the log and are not seen here.',
};
