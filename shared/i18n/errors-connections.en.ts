import type { ErrorText } from './error-text.ts';
import type { ConnectionErrorCode } from './errors-connections.zh.ts';

export const connectionErrorsEn: Record<ConnectionErrorCode, ErrorText> = {
  'tunnel.unreachable': {
    message: 'The SSH server cannot be reached, so no new data was read. Existing backups are not affected.',
    remedy: 'Check the network, address, port and the server’s firewall, and retry.',
  },
  'tunnel.auth-failed': {
    message: 'The SSH server does not accept this user and key (or password). Existing backups are not affected.',
    remedy: 'Check the user name; with a key, make sure its public half is in the server’s authorized_keys.',
  },
  'tunnel.host-key-unknown': {
    message: 'This server is met for the first time and its fingerprint has not been compared, so we stopped here.',
    remedy:
      'Compare it with the fingerprint in the server’s console and pass it as --ssh-host-key; on a network you trust, --trust-first also works.',
  },
  'tunnel.host-key-changed': {
    message:
      'The server’s fingerprint is not the one we remember: it was reinstalled, or someone poses as it. No password was sent.',
    remedy:
      'Compare the new fingerprint in the server’s console; if you reinstalled it yourself, add the source again. If unsure, do not connect.',
  },
  'tunnel.forward-refused': {
    message: 'SSH is connected, but the server does not let us through to the database. No new data was read.',
    remedy: 'Check the database’s address and port, and AllowTcpForwarding in the server’s sshd_config.',
  },
  'tunnel.service-refused': {
    message: 'The server does not offer “{{service}}”, or not to this account ({{reason}}). No data is affected.',
    remedy: 'Switch it on in the server’s sshd settings, or use an account that may use it.',
  },
  'tunnel.lost': {
    message: 'The connection to the server broke, so this did not finish. Stored snapshots are not affected.',
    remedy: 'Run it again when the network is back; what was sent is not sent twice.',
  },
  'tunnel.key-unreadable': {
    message:
      'The SSH private key cannot be read: the file may not be a private key, or it has a passphrase of its own.',
    remedy:
      'Choose the private key (not the .pub file); if it has a passphrase, give it with --ssh-key-passphrase-env.',
  },
  'tunnel.agent-missing': {
    message: 'No running SSH agent was found, so we did not connect.',
    remedy: 'Start ssh-agent and add the key, or name a private key file with --ssh-key.',
  },
  'mysql.unreachable': {
    message: 'The database server cannot be reached, so no new data was read. Existing backups are not affected.',
    remedy: 'Check that it runs, and its address and port; if it only listens on its own machine, use --ssh.',
  },
  'mysql.auth-failed': {
    message: 'The database does not accept this user or password. Existing backups are not affected.',
    remedy: 'Check both in the server’s panel, and from where this user may log in.',
  },
  'mysql.no-privilege': {
    message: 'The database user lacks rights to read everything, so we stopped rather than leave something out.',
    remedy: 'Grant the user the rights named here and retry.',
  },
  'mysql.database-missing': {
    message: 'The server has no database “{{database}}”, so nothing was backed up. Earlier snapshots are all there.',
    remedy: 'Check the name; if it was deleted by mistake, restore it from the latest snapshot.',
  },
  'mysql.database-empty': {
    message:
      'The database has no table at all, which is not normal, so this is not a good backup. Earlier ones are all there.',
    remedy: 'Make sure it is the right server and database; if the tables are gone, restore the latest snapshot.',
  },
  'mysql.connection-lost': {
    message: 'The connection to the database broke, so this did not finish. Stored snapshots are not affected.',
    remedy: 'See whether the database restarted, and run it again when the network is back.',
  },
  'mysql.lock-timeout': {
    message:
      'Something kept the database busy, and we stopped waiting so the shop would not suffer. No backup was made.',
    remedy: 'Try at a quieter time; also look for long-running queries on the server.',
  },
  'mysql.schema-moved': {
    message:
      'A table’s structure changed during the backup, so this picture was discarded. Earlier snapshots are fine.',
    remedy: 'Back up again when the upgrade or change is over.',
  },
  'mysql.table-lock-over': {
    message:
      'Tables that know no transactions were locked to be read, and let go when the time was over so the shop would not wait. Existing backups are not affected.',
    remedy: 'Back up again; converted to InnoDB, these tables need no lock.',
  },
  'mysql.warnings': {
    message:
      'The database gave warnings while reading or writing; data may have been altered, so this result does not count.',
    remedy: 'Try again; if it happens again, send us the log.',
  },
  'mysql.local-infile-off': {
    message: 'Fast loading is off on the target server. No data changed.',
    remedy: 'A slower way is used instead; for more speed, turn local_infile on there.',
  },
  'mysql.query-failed': {
    message: 'The database failed to run a statement, so this did not finish. Existing backups are not affected.',
    remedy: 'Look at the database’s log and free space and retry; if it happens again, send us the log.',
  },
  'mysql.unsupported': {
    message:
      'The database holds something this version cannot fully back up or restore, so we stopped rather than lose it.',
    remedy: 'See what is named here; you can leave it out with --databases or --tables for now, and tell us.',
  },
  'backend.blob-missing': {
    message: 'A file is missing from this copy; a restore from it might be incomplete. Other copies are not affected.',
    remedy: 'Run shouhu verify with --heal-from to complete it from another sound copy.',
  },
  'backend.unreachable': {
    message: 'The cloud storage cannot be reached, so this copy is not up to date. Backups elsewhere are not affected.',
    remedy: 'Check the network and the storage address, and retry later.',
  },
  'backend.absent': {
    message: 'The disk or folder is not here now (not plugged in or not mounted). Its backups are not taken for lost.',
    remedy: 'Plug the disk in and retry; if its letter or mount point changed, add the destination again.',
  },
  'backend.disk-full': {
    message: 'There is no space left, so this was not stored completely. Earlier backups are intact.',
    remedy: 'Free some space or take a larger disk and run it again; what is already written is kept.',
  },
  'backend.read-only': {
    message: 'The place to write to is read-only. The backups already there are intact.',
    remedy: 'Check the write-protect switch or how the disk is mounted, and retry.',
  },
  'backend.permission': {
    message: 'This user may not read or write that folder. The backups in it are unchanged.',
    remedy: 'Give the current user rights to the folder, or choose another one.',
  },
  'backend.bucket-missing': {
    message: 'The cloud storage has no such bucket. Nothing was written.',
    remedy: 'Check the bucket’s name and region; if there is none, create it in the provider’s console first.',
  },
  'backend.access-denied': {
    message: 'The cloud storage refused these keys, or they lack rights. The backups there are unchanged.',
    remedy: 'Check the access key and secret key, and let them read, write and list this bucket.',
  },
  'backend.clock-skew': {
    message: 'This computer’s clock is too far from the storage’s, so the request was refused. Backups are unchanged.',
    remedy: 'Turn on automatic time in the system settings and retry.',
  },
  'backend.throttled': {
    message: 'The cloud storage says there are too many requests, so this copy is not up to date yet. Others are fine.',
    remedy: 'Retry in a few minutes; what was sent is not sent twice.',
  },
  'backend.locked': {
    message:
      '“{{name}}” is still locked: the storage service neither deletes nor changes it. The backups are unchanged.',
    remedy: 'Nothing needs to be done: once the lock has ended, the next run goes on with it.',
  },
  'backend.rejected': {
    message: 'The storage refused this read or write. Nothing incomplete was written.',
    remedy: 'Check the destination’s settings and retry; if it happens again, send us the log.',
  },
  'backend.io': {
    message: 'Reading or writing the disk or storage failed, so this did not finish. Earlier backups are unchanged.',
    remedy: 'If it is a disk, see whether it is failing; run it again and check the copy with shouhu verify.',
  },
};
