import type { CommandInput } from '../../../shared/ipc/contract.ts';
import type { UiKey } from '../../../shared/i18n/ui.zh.ts';
import type { SourceView } from '../../../shared/model/source.ts';
import { namesIn } from '../../ui/names-in.ts';

export interface RedisValues {
  /** The site's own settings file on the server, which says the rest; empty: the rest is typed. */
  readonly envFile: string;
  readonly host: string;
  readonly port: number | string;
  readonly user: string;
  readonly password: string;
  readonly keys: string;
  readonly database: number | string;
}

/** As it is set up, or where it usually is. The password is typed again: the page never had it. */
export function firstRedis(known: SourceView['redis']): RedisValues {
  if (known === undefined)
    return { envFile: '', host: '127.0.0.1', port: 6379, user: '', password: '', keys: '', database: 0 };
  const [item] = known.items;
  return {
    envFile: '',
    host: known.host,
    port: known.port,
    user: known.user ?? '',
    password: '',
    keys: (item?.keys ?? []).join(', '),
    database: item?.database ?? 0,
  };
}

/** @param hasPassword one is set up already, and would be forgotten */
export function redisErrors(
  { envFile, host, port, password, database }: RedisValues,
  hasPassword: boolean,
): Partial<Record<keyof RedisValues, UiKey>> {
  const path = envFile.trim();
  if (path !== '') return path.startsWith('/') ? {} : { envFile: 'redis.envFileInvalid' };
  const [portNumber, number] = [Number(port), Number(database)];
  const isPort = Number.isInteger(portNumber) && portNumber >= 1 && portNumber <= 65_535;
  const isDatabase = database !== '' && Number.isInteger(number) && number >= 0 && number <= 255;
  return {
    ...(host.trim() === '' ? { host: 'common.required' } : {}),
    ...(isPort ? {} : { port: 'common.portInvalid' }),
    ...(hasPassword && password === '' ? { password: 'common.required' } : {}),
    ...(isDatabase ? {} : { database: 'common.required' }),
  };
}

export function toRedisInput(values: RedisValues): CommandInput<'settings.set'>['redis'] {
  const { host, port, user, password, keys, database } = values;
  const names = namesIn(keys);
  const envFile = values.envFile.trim();
  // Laravel's cache; the file itself may say another number.
  if (envFile !== '')
    return { envFile, items: names.length === 0 ? [] : [{ id: 'settings', database: 1, keys: names }] };
  return {
    host: host.trim(),
    port: Number(port),
    user: user.trim() === '' ? null : user.trim(),
    password: password === '' ? null : password,
    items: names.length === 0 ? [] : [{ id: 'settings', database: Number(database), keys: names }],
  };
}
