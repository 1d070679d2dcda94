/** Following a shop's log, what happened in it, and going back to before it. */
export const liveEn = {
  live: {
    title: 'Following live',
    state: {
      live: 'Following live',
      waiting: 'Waiting',
      paused: 'Following is paused',
      off: 'Not following',
      failed: 'Not keeping up',
      unknown: 'Not following yet',
    },
    copy: '{{name}} {{time}} ago',
    copyBefore: '{{name}} last {{ago}}',
    copyUnknown: '{{name}} not known yet',
    copyFailed: '“{{name}}” is behind for now: {{reason}}',
    today: '{{events}} log entries stored today, {{bytes}}',
    pause: 'Pause',
    resume: 'Resume',
    pausedText: 'Trade during the pause is kept by the next backup only. After resuming, it goes on where it stopped.',
    reason: {
      joining: 'Joining the database’s log.',
      firstBackup: 'It begins by itself after the first backup.',
      noCopy: 'It begins by itself once there is a copy.',
      noPassword: 'The login is not on this computer. It goes on by itself once you have typed it again.',
      elsewhere: 'The command line is following this shop’s log. It goes on here when that ends.',
      copyAway: 'The disk it is kept on is not plugged in. It goes on by itself once it is.',
      tidying: 'The copy is being tidied up. It goes on by itself in a moment.',
      line: 'The line to the database broke and is being taken up again. What was stored is safe, and the rest will follow.',
    },
    binlogOffTitle: 'The database keeps no log (binlog), so it cannot be followed second by second',
    binlogOffText:
      'The backups you have are fine, but after an accident you can only go back to one of them. Add these lines to the database’s settings (my.cnf) and restart it:',
    binlogOffPanel: 'In the 宝塔 panel: App Store → MySQL settings → binary log. Following then begins by itself.',
    grantTitle: 'The database user may not read the log',
    grantText:
      'Backups go on as usual, but the log cannot be followed. Run this as an administrator of the database, with the name and host of the backup user, and try again:',
    warning: {
      'not-row-format':
        'The database’s binlog_format is not ROW: some changes cannot be counted, or not be brought back exactly. Please set it to ROW.',
      'not-full-rows':
        'The database’s binlog_row_image is not FULL: some changes may not be brought back exactly. Please set it to FULL.',
      'short-retention':
        'The database deletes its log within 3 days: a weekend with this computer off leaves a gap. 7 days would be better.',
    },
  },
  log: {
    title: 'The log between backups',
    reach:
      'Green is the log that is kept, dark lines are snapshots, orange lines are what is listed below. As far as the log reaches, you can go back to any second.',
    from: 'from {{at}}',
    now: 'now',
    nothing: 'No table was dropped or emptied, and nothing was deleted or changed in bulk.',
    found: '{{count}} times something was dropped, emptied or changed in bulk',
    readsUnseen: 'Somebody reading all data (a theft) leaves no trace in the log and cannot be seen here.',
    gap: {
      purged:
        'Missing from {{from}} to {{until}}: the database had deleted that part of its log. A full backup was made, and it is complete again from then on.',
      rewritten:
        'Missing from {{from}} to {{until}}: the database’s log was reset. A full backup was made, and it is complete again from then on.',
      'another-server':
        'Missing from {{from}} to {{until}}: another database server. A full backup was made, and it is complete again from then on.',
      start: 'No log before {{until}}.',
    },
    kind: {
      'drop-database': 'Database dropped',
      'drop-table': 'Table dropped',
      truncate: 'Table emptied',
      'alter-drop': 'Table altered, contents dropped',
      'rename-table': 'Table renamed',
      'mass-delete': 'Many rows deleted',
      'mass-update': 'Many rows changed',
      'delete-statement': 'Rows deleted (number unknown)',
      'update-statement': 'Rows changed (number unknown)',
      ddl: 'Structure changed',
      accounts: 'Database accounts changed',
      incident: 'The log itself reports a problem',
    },
    rows: '{{rows}} rows',
    rowsShare: '{{rows}} rows (about {{percent}}% of the table)',
    thread: 'connection {{thread}}',
    restoreBefore: 'Restore to just before this',
    restoreBeforeLabel: 'Restore to just before: {{kind}}, {{at}}',
    showAll: 'Show all ({{count}})',
    notYet: 'No log yet. Once it is being followed, every stretch between two backups is shown here.',
    loading: 'Reading the log…',
  },
};
