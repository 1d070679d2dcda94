import { createPrivateKey } from 'node:crypto';
import ssh2, { type AnyAuthMethod, type AuthenticationType, type ParsedKey } from 'ssh2';
import { AppError } from '../../../shared/errors/app-error.ts';
import { parseKey } from './parse-key.ts';

/** How to log in. These values never reach an error, a log or a process argument. */
export type TunnelAuth =
  | { readonly kind: 'key'; readonly privateKeyPem: string; readonly passphrase?: string | undefined }
  | { readonly kind: 'password'; readonly password: string }
  | { readonly kind: 'agent' };

/** Answers the server's question "how else?"; made anew for each connection, because it remembers what was tried. */
export type NextMethod = (left: readonly AuthenticationType[] | null, isPartial: boolean) => AnyAuthMethod | false;

export interface Login {
  readonly newAttempt: () => NextMethod;
}

/**
 * Checks what can be checked without the server: the key opens, the agent is there and holds a key.
 *
 * Errors: `tunnel.key-unreadable` (reason encrypted | wrong-passphrase | not-private | unknown-format), `tunnel.agent-missing`
 * (reason no-socket | no-answer | no-keys).
 */
export async function prepareLogin(user: string, auth: TunnelAuth, signal?: AbortSignal): Promise<Login> {
  switch (auth.kind) {
    case 'key': {
      const key = readPrivateKey(auth.privateKeyPem, auth.passphrase);
      return { newAttempt: () => oneMethod({ type: 'publickey', username: user, key }) };
    }
    case 'agent': {
      const agent = await findAgent(signal);
      return { newAttempt: () => oneMethod({ type: 'agent', username: user, agent }) };
    }
    case 'password':
      return { newAttempt: () => passwordMethods(user, auth.password) };
  }
}

/** Asking with `none` first costs no attempt and tells what the server takes. */
function oneMethod(method: AnyAuthMethod): NextMethod {
  const name = method.type === 'agent' ? 'publickey' : method.type;
  let hasTried = false;
  return (left) => {
    if (left === null) return { type: 'none', username: method.username };
    if (hasTried || !left.includes(name)) return false;
    hasTried = true;
    return method;
  };
}

/**
 * The password goes by `password` where the server takes it, otherwise by `keyboard-interactive`: not by both, because servers
 * that count wrong passwords would count it twice. A server that wants both in a row says so (`isPartial`).
 */
function passwordMethods(username: string, password: string): NextMethod {
  const tried = new Set<string>();
  return (left, isPartial) => {
    if (left === null) return { type: 'none', username };
    if (left.includes('password') && tried.size === 0) {
      tried.add('password');
      return { type: 'password', username, password };
    }
    const mayAsk = tried.size === 0 || (isPartial && !tried.has('keyboard-interactive'));
    if (!mayAsk || !left.includes('keyboard-interactive')) return false;
    tried.add('keyboard-interactive');
    return { type: 'keyboard-interactive', username, prompt: answerOnce(password) };
  };
}

type Prompter = Extract<AnyAuthMethod, { type: 'keyboard-interactive' }>['prompt'];

/** One hidden question is the password; a second round is a code from a telephone, which we do not have. */
function answerOnce(password: string): Prompter {
  let hasAnswered = false;
  return (_name, _instructions, _language, prompts, finish) => {
    const answers = prompts.map((prompt) => {
      if (hasAnswered || prompt.echo === true) return '';
      hasAnswered = true;
      return password;
    });
    finish(answers);
  };
}

function readPrivateKey(pem: string, passphrase: string | undefined): ParsedKey {
  const key = parseKey(fromPkcs8(pem, passphrase) ?? pem, passphrase);
  if (key instanceof Error) {
    throw new AppError('tunnel.key-unreadable', { reason: whyUnreadable(key, pem, passphrase) });
  }
  if (!key.isPrivateKey()) throw new AppError('tunnel.key-unreadable', { reason: 'not-private' });
  return key;
}

/** ssh2 reads OpenSSH's, PuTTY's and the classic PEM forms, but not PKCS#8, which OpenSSH reads too. */
function fromPkcs8(pem: string, passphrase: string | undefined): string | undefined {
  if (!/-----BEGIN (ENCRYPTED )?PRIVATE KEY-----/.test(pem)) return undefined;
  try {
    const key = createPrivateKey({ key: pem, format: 'pem', ...(passphrase === undefined ? {} : { passphrase }) });
    if (key.asymmetricKeyType === 'rsa') return key.export({ type: 'pkcs1', format: 'pem' }).toString();
    if (key.asymmetricKeyType === 'ec') return key.export({ type: 'sec1', format: 'pem' }).toString();
  } catch {
    // The key stays unreadable and the caller says so.
  }
  return undefined;
}

function whyUnreadable(error: Error, pem: string, passphrase: string | undefined): string {
  const isEncrypted = /passphrase|integrity check|decrypt/i.test(error.message) || /ENCRYPTED/.test(pem);
  if (!isEncrypted) return 'unknown-format';
  return passphrase === undefined || passphrase === '' ? 'encrypted' : 'wrong-passphrase';
}

async function findAgent(signal: AbortSignal | undefined): Promise<string> {
  const path = process.env['SSH_AUTH_SOCK'] ?? (process.platform === 'win32' ? '\\\\.\\pipe\\openssh-ssh-agent' : '');
  if (path === '') throw new AppError('tunnel.agent-missing', { reason: 'no-socket' });
  const keyCount = await new Promise<number>((resolve, reject) => {
    const onAbort = () => reject(signal?.reason as Error);
    signal?.addEventListener('abort', onAbort, { once: true });
    ssh2.createAgent(path).getIdentities((error, keys) => {
      signal?.removeEventListener('abort', onAbort);
      if (error) reject(new AppError('tunnel.agent-missing', { reason: 'no-answer' }, { cause: error }));
      else resolve(keys?.length ?? 0);
    });
  });
  if (keyCount === 0) throw new AppError('tunnel.agent-missing', { reason: 'no-keys' });
  return path;
}
