import { spawn } from 'node:child_process';
import { access, constants } from 'node:fs/promises';
import { Duplex } from 'node:stream';
import { readInodeMarks, SftpFiles, SftpSession } from '../index.ts';

/** Runs what the server's shell would be asked to run. */
const localShell: Parameters<typeof readInodeMarks>[0] = {
  openCommand: (command) => {
    const { stdout } = spawn('/bin/sh', ['-c', command.toString()], { stdio: ['ignore', 'pipe', 'ignore'] });
    return Promise.resolve({ output: Duplex.from(stdout), ended: Promise.resolve(0) });
  },
};

/** OpenSSH's own file server without the SSH around it: as any user, where the tests run as root. */
const places = [
  '/usr/lib/openssh/sftp-server',
  '/usr/libexec/openssh/sftp-server',
  '/usr/lib/ssh/sftp-server',
  '/usr/libexec/sftp-server',
];
/** `nobody` on every system that has it. */
const nobody = 65_534;

export async function findSftpServer(): Promise<string | undefined> {
  for (const place of places) {
    const isThere = await access(place, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (isThere) return place;
  }
  return undefined;
}

/** `asNobody`: so that permissions mean something; without root it is whoever runs the tests, who is nobody special either. */
export async function openSftpServer(
  signal: AbortSignal,
  { asNobody = false, hasShell = false }: { readonly asNobody?: boolean; readonly hasShell?: boolean } = {},
): Promise<SftpFiles> {
  const path = await findSftpServer();
  if (path === undefined) throw new Error('no sftp-server on this machine');
  const user = asNobody && process.getuid?.() === 0 ? { uid: nobody, gid: nobody } : {};
  const child = spawn(path, ['-e'], { ...user, stdio: ['pipe', 'pipe', 'ignore'], env: {} });
  const channel = Duplex.from({ writable: child.stdin, readable: child.stdout });
  channel.on('close', () => child.kill());
  const session = await SftpSession.open(channel, signal);
  return hasShell
    ? new SftpFiles(session, (folder) => readInodeMarks(localShell, folder, signal))
    : new SftpFiles(session);
}
