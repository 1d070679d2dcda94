import { timingSafeEqual } from 'node:crypto';
import { connect, type AddressInfo } from 'node:net';
import { pipeline } from 'node:stream';
import ssh2, { type AuthContext, type Connection, type ParsedKey } from 'ssh2';
import { describeHostKey, type HostKey } from '../tunnel/host-key.ts';
import { parseKey } from '../tunnel/parse-key.ts';

/**
 * A small SSH server inside this process that carries connections and nothing else: no shell, no files. The demo uses it
 * where the machine has no sshd; tests use it for what a real one does not offer here (passwords, several host keys).
 *
 * It listens on 127.0.0.1 only.
 */
export interface EmbeddedSshServer {
  readonly host: string;
  readonly port: number;
  readonly hostKeys: readonly HostKey[];
  /** The authentication methods clients tried so far, in order, refused ones included. */
  readonly triedMethods: readonly string[];
  /** Cuts every connection without a word; new ones are welcome. */
  dropConnections(): void;
  /** Starts a new key exchange on every connection, as long ones do by themselves. */
  exchangeKeys(): Promise<void>;
  stop(): Promise<void>;
}

export interface EmbeddedSshServerOptions {
  readonly user: string;
  /** Private keys (PEM). */
  readonly hostKeys: readonly string[];
  readonly port?: number;
  /** One line in the form of `authorized_keys`. */
  readonly authorizedKey?: string;
  readonly password?: string;
  /** How the password may be given. */
  readonly passwordBy?: 'password' | 'keyboard-interactive';
  readonly allowForward?: (host: string, port: number) => boolean;
}

export type HostKeyKind = 'ed25519' | 'rsa' | 'ecdsa';

export interface SshKeyPair {
  readonly private: string;
  readonly public: string;
}

/** A new key pair: the private one in OpenSSH's form, the public one as a line of `authorized_keys`. */
export function newSshKey(kind: HostKeyKind = 'ed25519', passphrase?: string): SshKeyPair {
  for (let attempt = 1; attempt <= 10; attempt += 1) {
    const pair = generate(kind, passphrase);
    if (isReadable(pair.private, passphrase)) return pair;
  }
  throw new Error(`ssh2 made no readable ${kind} key in ten attempts`);
}

function generate(kind: HostKeyKind, passphrase: string | undefined): SshKeyPair {
  const secret = passphrase === undefined ? {} : ({ passphrase, cipher: 'aes256-ctr', rounds: 4 } as const);
  if (kind === 'rsa') return ssh2.utils.generateKeyPairSync('rsa', { bits: 2048, ...secret });
  if (kind === 'ecdsa') return ssh2.utils.generateKeyPairSync('ecdsa', { bits: 256, ...secret });
  return ssh2.utils.generateKeyPairSync('ed25519', { comment: 'shouhu', ...secret });
}

/** ssh2 1.17 drops a leading zero byte of an Ed25519 public key, and so makes one pair in 256 that nobody can read. */
function isReadable(privateKeyPem: string, passphrase?: string): boolean {
  return !(ssh2.utils.parseKey(privateKeyPem, passphrase) instanceof Error);
}

export function hostKeyOf(privateKeyPem: string): HostKey {
  return describeHostKey(readKey(privateKeyPem).getPublicSSH());
}

export async function startEmbeddedSshServer(options: EmbeddedSshServerOptions): Promise<EmbeddedSshServer> {
  const connections = new Set<Connection>();
  const triedMethods: string[] = [];
  const server = new ssh2.Server({ hostKeys: [...options.hostKeys] }, (client) => {
    connections.add(client);
    client.on('close', () => connections.delete(client));
    client.on('error', () => {
      // A client that left in the middle; `close` follows.
    });
    client.on('authentication', (context) => {
      triedMethods.push(context.method);
      authenticate(context, options);
    });
    client.on('ready', () => carry(client, options.allowForward ?? (() => true)));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, '127.0.0.1', resolve);
  });
  const dropConnections = () => {
    for (const client of connections) socketOf(client)?.destroy();
    connections.clear();
  };
  return {
    host: '127.0.0.1',
    port: (server.address() as AddressInfo).port,
    hostKeys: options.hostKeys.map(hostKeyOf),
    triedMethods,
    dropConnections,
    exchangeKeys: async () => {
      await Promise.all(
        [...connections].map((client) => new Promise<void>((resolve) => client.rekey(() => resolve()))),
      );
    },
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        dropConnections();
      }),
  };
}

function carry(client: Connection, allow: (host: string, port: number) => boolean): void {
  client.on('session', (_accept, reject) => {
    reject();
  });
  client.on('tcpip', (accept, reject, { destIP, destPort }) => {
    if (!allow(destIP, destPort)) {
      reject();
      return;
    }
    const target = connect(destPort, destIP);
    target.setNoDelay(true);
    const refuse = () => {
      reject();
    };
    target.once('error', refuse);
    target.once('connect', () => {
      target.removeListener('error', refuse);
      const channel = accept();
      pipeline(channel, target, channel, () => {
        // Either side may leave at any time; the other one is closed with it.
        target.destroy();
        channel.close();
      });
    });
  });
}

function authenticate(context: AuthContext, options: EmbeddedSshServerOptions): void {
  const { password, authorizedKey } = options;
  const passwordBy = options.passwordBy ?? 'password';
  const offered = [
    ...(authorizedKey === undefined ? [] : ['publickey' as const]),
    ...(password === undefined ? [] : [passwordBy]),
  ];
  const isUser = context.username === options.user;
  if (
    isUser &&
    context.method === 'publickey' &&
    authorizedKey !== undefined &&
    isKey(context, readKey(authorizedKey))
  ) {
    context.accept();
  } else if (isUser && password !== undefined && context.method === 'password' && passwordBy === 'password') {
    if (isSame(context.password, password)) context.accept();
    else context.reject(offered);
  } else if (
    isUser &&
    password !== undefined &&
    context.method === 'keyboard-interactive' &&
    passwordBy === context.method
  ) {
    context.prompt([{ prompt: 'Password: ', echo: false }], (answers) => {
      if (isSame(answers[0] ?? '', password)) context.accept();
      else context.reject(offered);
    });
  } else {
    context.reject(offered);
  }
}

function isKey(context: Extract<AuthContext, { method: 'publickey' }>, known: ParsedKey): boolean {
  if (!known.getPublicSSH().equals(context.key.data)) return false;
  // Without a signature the client only asks whether this key would do.
  if (context.signature === undefined || context.blob === undefined) return true;
  // An error comes back as a value, and is no yes.
  const verdict: unknown = known.verify(context.blob, context.signature, context.hashAlgo);
  return verdict === true;
}

function isSame(given: string, expected: string): boolean {
  const [left, right] = [Buffer.from(given), Buffer.from(expected)];
  return left.length === right.length && timingSafeEqual(left, right);
}

function readKey(text: string): ParsedKey {
  const key = parseKey(text);
  if (key instanceof Error) throw key;
  return key;
}

/** ssh2 ends connections politely only; pulling the plug needs the socket below. */
function socketOf(client: Connection): { destroy(): void } | undefined {
  return (client as unknown as { _sock?: { destroy(): void } })._sock;
}
