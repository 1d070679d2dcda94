import { isAppErrorOf } from '../../../../shared/errors/app-error.ts';
import type { Tunnel } from '../../tunnel/index.ts';
import type { RemoteFiles } from './remote-files.ts';
import { openSftpFiles } from './sftp-files.ts';
import { openShellFiles } from './shell-files.ts';

/**
 * The files of the server at the other end: over SFTP, or through its shell where SFTP is switched off. Error: `files.no-way` {reason} where neither works;
 * those of the tunnel.
 */
export async function openRemoteFiles(
  tunnel: Pick<Tunnel, 'openSubsystem' | 'openCommand' | 'ask'>,
  signal: AbortSignal,
): Promise<RemoteFiles> {
  try {
    return await openSftpFiles(tunnel, signal);
  } catch (error) {
    signal.throwIfAborted();
    // A server without SFTP refuses, or opens the channel and hangs up at once.
    if (!isAppErrorOf(error, 'tunnel.service-refused', 'files.protocol')) throw error;
    return openShellFiles(tunnel, signal);
  }
}
