/** Public face of the site's files: what lies on a server, read over its SSH. */
export { openRemoteFiles } from './open-remote-files.ts';
export {
  FileRefusal,
  isSameState,
  type RefusalReason,
  type RemoteFiles,
  type RemoteKind,
  type RemoteState,
} from './remote-files.ts';
export { LeaveOut, usualLeaveOut, type LeaveOutRules } from './leave-out.ts';
export { readInodeMarks, type InodeMarks } from './inode-marks.ts';
export { shownName } from './name-text.ts';
export { joined, walkTree, type WalkedItem, type WalkLimits } from './walk.ts';
export { openSftpFiles, SftpFiles } from './sftp-files.ts';
export { SftpRefusal, SftpSession } from './sftp-session.ts';
export { crontabItem, itemsFolder, pathOfItem, withItems } from './with-items.ts';
export { lookAround, type FoundPlace, type LookedAround } from './look-around.ts';
