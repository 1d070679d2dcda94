import type { Choice, PageSourceInput } from '../../../shared/ipc/contract.ts';
import type { UiKey } from '../../../shared/i18n/ui.zh.ts';
import { namesIn } from '../../ui/names-in.ts';
import type { SourceView } from '../../../shared/model/source.ts';

export interface SshValues {
  host: string;
  port: number | string;
  user: string;
  auth: 'key' | 'password' | 'agent';
  key: Choice;
  keyPassphrase: string;
  password: string;
}

export interface MysqlValues {
  host: string;
  port: number | string;
  user: string;
  password: string;
}

/** A database and the way to it: what a shop and a restore target share. */
export interface ServerValues {
  viaSsh: boolean;
  ssh: SshValues;
  mysql: MysqlValues;
}

export interface ShopValues extends ServerValues {
  name: string;
  databases: string;
  /** Keep the server's accounts as well. */
  accounts: boolean;
}

export function emptyServer(): ServerValues {
  return {
    viaSsh: true,
    ssh: { host: '', port: 22, user: 'root', auth: 'key', key: null, keyPassphrase: '', password: '' },
    mysql: { host: '127.0.0.1', port: 3306, user: '', password: '' },
  };
}

/** A new shop, or a known one whose passwords have to be typed again. */
export function shopValues(known: SourceView | null = null): ShopValues {
  const server = emptyServer();
  if (known === null) return { name: '', databases: '', accounts: false, ...server };
  const named = { name: known.name, databases: known.databases.join(', '), accounts: known.accounts === true };
  // A recovered shop: no copy says how it is reached.
  if (known.mysql.user === '') return { ...named, ...server };
  return {
    ...named,
    viaSsh: known.ssh !== null,
    ssh:
      known.ssh === null
        ? server.ssh
        : { ...server.ssh, host: known.ssh.host, port: known.ssh.port, user: known.ssh.user, auth: known.ssh.auth },
    mysql: { ...known.mysql, password: '' },
  };
}

type SshInput = NonNullable<PageSourceInput['ssh']>;

export function toSshInput(ssh: SshValues, fingerprint: string | null): SshInput {
  const place = {
    host: ssh.host.trim(),
    port: Number(ssh.port),
    user: ssh.user.trim(),
    fingerprint,
    trustFirst: false,
  };
  switch (ssh.auth) {
    case 'key':
      return {
        ...place,
        auth: {
          kind: 'key',
          keyToken: ssh.key?.token ?? '',
          keyPassphrase: ssh.keyPassphrase === '' ? null : ssh.keyPassphrase,
        },
      };
    case 'password':
      return { ...place, auth: { kind: 'password', password: ssh.password } };
    case 'agent':
      return { ...place, auth: { kind: 'agent' } };
  }
}

export function toMysqlInput(mysql: MysqlValues): PageSourceInput['mysql'] {
  return { host: mysql.host.trim(), port: Number(mysql.port), user: mysql.user.trim(), password: mysql.password };
}

/** Extra secret columns and ledgers are the preset's business; a person adds them on the command line. */
export function toSourceInput(values: ShopValues, known: SourceView | null): PageSourceInput {
  const pinned = known?.ssh?.host === values.ssh.host.trim() ? known.ssh.hostKey?.fingerprint : undefined;
  return {
    name: values.name.trim(),
    mysql: toMysqlInput(values.mysql),
    ssh: values.viaSsh ? toSshInput(values.ssh, pinned ?? null) : null,
    databases: namesIn(values.databases),
    preset: known?.preset ?? 'auto',
    secretColumns: [],
    ledgers: [],
    files: [],
    accounts: values.accounts,
  };
}

export type FormErrors = Partial<Record<string, UiKey>>;
const validName = /^[\p{L}\p{N}][\p{L}\p{N} ._-]{0,59}$/u;

export function nameError(name: string): UiKey | null {
  if (name.trim() === '') return 'common.required';
  return validName.test(name.trim()) ? null : 'common.nameInvalid';
}

function portError(port: number | string): UiKey | null {
  const number = Number(port);
  return Number.isInteger(number) && number >= 1 && number <= 65_535 ? null : 'common.portInvalid';
}

/** What is still missing, by the path of its field. */
export function serverErrors({ viaSsh, ssh, mysql }: ServerValues): FormErrors {
  const required = (text: string): UiKey | null => (text.trim() === '' ? 'common.required' : null);
  const found: Record<string, UiKey | null> = {
    'mysql.host': required(mysql.host),
    'mysql.port': portError(mysql.port),
    'mysql.user': required(mysql.user),
  };
  if (viaSsh) {
    found['ssh.host'] = required(ssh.host);
    found['ssh.port'] = portError(ssh.port);
    found['ssh.user'] = required(ssh.user);
    if (ssh.auth === 'key') found['ssh.key'] = ssh.key === null ? 'shop.keyMissing' : null;
    if (ssh.auth === 'password') found['ssh.password'] = required(ssh.password);
  }
  return present(found);
}

export function shopErrors(values: ShopValues): FormErrors {
  return { ...present({ name: nameError(values.name) }), ...serverErrors(values) };
}

export function present(found: Readonly<Record<string, UiKey | null>>): FormErrors {
  return Object.fromEntries(Object.entries(found).filter((entry): entry is [string, UiKey] => entry[1] !== null));
}
