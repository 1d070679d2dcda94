import type { ErrorText } from './error-text.ts';
import type { filesErrorsZh } from './errors-files.zh.ts';

export const filesErrorsEn: Record<keyof typeof filesErrorsZh, ErrorText> = {
  'files.no-ssh': {
    message:
      '“{{source}}” is not reached through SSH, so the server’s files cannot be read. Backups of the database are not affected.',
    remedy: 'Give the shop an SSH way in (source add … --ssh), then choose the folders.',
  },
  'files.no-way': {
    message:
      'The server has SFTP switched off and files cannot be read through its shell either ({{reason}}), so the site’s files are in no backup. The database is backed up.',
    remedy:
      'Add the line Subsystem sftp internal-sftp to /etc/ssh/sshd_config on the server and restart sshd, or use an account with a shell; then back up again.',
  },
  'files.protocol': {
    message:
      'The server’s file service answers what it must not ({{reason}}), so the site’s files were not read to the end. The database is backed up.',
    remedy: 'Back up again; if it stays so, restart sshd on the server or use another account.',
  },
  'files.folder-missing': {
    message:
      'The server has no folder “{{folder}}”, or this account may not enter it ({{reason}}). Everything else is backed up.',
    remedy: 'Check the path and correct it with shouhu source set … --files; or let the account read it.',
  },
  'files.unread': {
    message: '{{unread}} things among the site’s files could not be read, the others are backed up: {{files}}.',
    remedy: 'Let the backup account read these files; what is not needed can be left out with --leave-out.',
  },
  'files.none': {
    message: 'This snapshot holds no site files. All data of the database is there.',
    remedy:
      'Choose folders with shouhu source set … --files: the next backup takes them along. Or use a snapshot that has them.',
  },
  'files.no-history': {
    message: 'This snapshot has no history of config and code. Its files and all data of the database are there.',
    remedy:
      'Take another snapshot, or back up once more: with the site’s files, the next backup goes on with the history. The files of this one come back with shouhu files restore.',
  },
  'files.finding-unknown': {
    message: 'Among the changes to look at there is none “{{finding}}”. Nothing was written down.',
    remedy:
      'See with shouhu files findings which there are. What its snapshot has taken along when tidied up is not listed any more.',
  },
  'files.path-unknown': {
    message: 'The snapshot holds no file or folder “{{path}}”. Nothing was written.',
    remedy: 'See what it holds with shouhu files list.',
  },
  'files.target-not-empty': {
    message: 'There is something in “{{folder}}” already: it was not overwritten, and nothing was written.',
    remedy: 'Name a folder that is empty or does not exist yet.',
  },
  'files.target-failed': {
    message:
      '“{{path}}” could not be written ({{reason}}), so the restore stopped there. Unfinished files have temporary names and no other file was touched; the backup is not affected.',
    remedy: 'Look at room and permissions of the disk, then restore into a new folder.',
  },
  'files.mismatch': {
    message:
      'The restored “{{path}}” is not what was backed up, so this is no good restore. The backup is not affected.',
    remedy: 'Restore once more into another folder; if it stays so, check the disk that is written to.',
  },
};
