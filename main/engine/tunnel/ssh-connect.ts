import { getCiphers } from 'node:crypto';
import { Socket } from 'node:net';
import ssh2, { type CipherAlgorithm, type ClientErrorExtensions, type ServerHostKeyAlgorithm } from 'ssh2';
import { AppError } from '../../../shared/errors/app-error.ts';
import type { Login, TunnelAuth } from './credentials.ts';
import { describeHostKey, type HostKey } from './host-key.ts';

/** One attempt to reach a server, prove its key and log in. Knows the SSH library's ways; `tunnel.ts` knows the policy. */
export interface SshTarget {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly auth: TunnelAuth;
  readonly compress?: boolean;
}

export interface SshAttempt {
  readonly login: Login;
  readonly hostKeyAlgorithms: readonly ServerHostKeyAlgorithm[];
  /** Undefined accepts the key, an error refuses it. Asked again with every new key exchange. */
  readonly judge: (key: HostKey) => AppError | undefined | Promise<AppError | undefined>;
  /** For connecting and logging in; `judge` may take longer, as a person may be asked. */
  readonly timeoutMs: number;
  readonly keepaliveIntervalMs: number;
  readonly signal?: AbortSignal | undefined;
}

export interface SshConnection {
  readonly client: ssh2.Client;
  readonly socket: Socket;
  readonly hostKey: HostKey;
}

type SshError = Error & ClientErrorExtensions & { code?: string | number };

const keepaliveCountMax = 4;
// AES-GCM has hardware behind it; chacha20 is plain JavaScript here and comes last. Which of them exist depends on the OpenSSL
// or BoringSSL underneath, and offering one that does not is an error of the library.
const cipherOrder: readonly (readonly [CipherAlgorithm, string])[] = [
  ['aes128-gcm@openssh.com', 'aes-128-gcm'],
  ['aes256-gcm@openssh.com', 'aes-256-gcm'],
  ['aes128-ctr', 'aes-128-ctr'],
  ['aes192-ctr', 'aes-192-ctr'],
  ['aes256-ctr', 'aes-256-ctr'],
  ['chacha20-poly1305@openssh.com', 'chacha20'],
];
const present = new Set(getCiphers());
const ciphers = cipherOrder.filter(([, name]) => present.has(name)).map(([cipher]) => cipher);

export function connectSsh(target: SshTarget, attempt: SshAttempt): Promise<SshConnection> {
  const { host, port } = target;
  const { signal } = attempt;
  return new Promise((resolve, reject) => {
    const client = new ssh2.Client();
    const socket = new Socket();
    let hostKey: HostKey | undefined;
    let refusal: AppError | undefined;
    let acceptedMethods = '';
    let isSettled = false;
    const settle = () => {
      isSettled = true;
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
    };
    const fail = (error: Error) => {
      if (isSettled) return;
      settle();
      socket.destroy();
      reject(error);
    };
    const onAbort = () => fail(signal?.reason as Error);
    const onTimeout = () => fail(unreachable(target, 'timeout'));
    let timer = setTimeout(onTimeout, attempt.timeoutMs);
    signal?.addEventListener('abort', onAbort, { once: true });

    const judge = async (key: HostKey): Promise<boolean> => {
      clearTimeout(timer);
      try {
        refusal = await attempt.judge(key);
      } catch (error) {
        fail(error as Error);
        return false;
      }
      if (!isSettled) timer = setTimeout(onTimeout, attempt.timeoutMs);
      if (refusal !== undefined) return false;
      hostKey = key;
      return true;
    };
    // Stays for the connection's life: an `error` nobody listens to would end the process.
    client.on('error', (error: SshError) => fail(refusal ?? classify(error, target, acceptedMethods)));
    client.on('close', () => fail(refusal ?? unreachable(target, 'closed')));
    client.on('ready', () => {
      if (isSettled || hostKey === undefined) return;
      settle();
      resolve({ client, socket, hostKey });
    });
    socket.setNoDelay(true);
    socket.connect(port, host); // before the client gets it: it takes a resting socket for a connected one
    const nextMethod = attempt.login.newAttempt();
    client.connect({
      sock: socket,
      username: target.user,
      hostVerifier: (blob: Buffer, verify: (isGood: boolean) => void) => {
        void judge(describeHostKey(blob)).then(verify);
      },
      authHandler: (left, isPartial, next) => {
        // The types leave out that the list is null at first, and that `false` gives up.
        const methods = left as typeof left | null;
        if (methods !== null) acceptedMethods = methods.join(',');
        next(nextMethod(methods, isPartial) as ssh2.AnyAuthMethod);
      },
      algorithms: {
        serverHostKey: [...attempt.hostKeyAlgorithms],
        cipher: ciphers,
        compress: target.compress === true ? ['zlib@openssh.com', 'zlib', 'none'] : ['none'],
      },
      readyTimeout: 0, // ours stops while a person is asked
      keepaliveInterval: attempt.keepaliveIntervalMs,
      keepaliveCountMax,
    });
    if (signal?.aborted === true) onAbort();
  });
}

function unreachable({ host, port }: SshTarget, reason: string, cause?: Error): AppError {
  return new AppError('tunnel.unreachable', { host, port, reason }, { cause });
}

function classify(error: SshError, target: SshTarget, acceptedMethods: string): AppError {
  const { host, user } = target;
  if (error.level === 'client-authentication' || /too many authentication failures/i.test(error.message)) {
    const method = target.auth.kind;
    return new AppError('tunnel.auth-failed', { host, user, method, accepted: acceptedMethods }, { cause: error });
  }
  if (error.level === 'agent') return new AppError('tunnel.agent-missing', { reason: 'no-answer' }, { cause: error });
  return unreachable(target, reasonOf(error), error);
}

/** A short word for the facts: Node's code where there is one, otherwise what the SSH library or the server said. */
export function reasonOf(error: SshError): string {
  if (typeof error.code === 'string') return error.code;
  if (error.level === 'client-timeout') return 'timeout';
  return error.message.slice(0, 200);
}
