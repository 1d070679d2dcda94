import { z } from 'zod';
import { AppError } from '../../../../shared/errors/app-error.ts';
import { sshAuthInputSchema, type SourceInput, type SourceView } from '../../../../shared/model/source.ts';
import type { DestinationView } from '../../../../shared/model/destination.ts';
import { decryptCredential, encryptCredential, type MainKeys } from '../../repository/index.ts';
import type { SavedDestination, SavedRedis, SavedSource } from './settings-file.ts';

/** Access keys of a bucket. */
export interface CloudKeys {
  readonly accessKey: string;
  readonly secretKey: string;
}
const cloudKeysSchema = z.strictObject({ accessKey: z.string(), secretKey: z.string() });

export type SshAuth = z.infer<typeof sshAuthInputSchema>;

/**
 * Secrets of sources and destinations, sealed under the repository's credential key and bound to the entry and field they
 * belong to: a sealed value moved to another entry does not open.
 */
export function sealPassword(keys: MainKeys, sourceId: string, password: string): string {
  return encryptCredential(keys, password, `source/${sourceId}/mysql`);
}

export function sealSshAuth(
  keys: MainKeys,
  sourceId: string,
  auth: NonNullable<SourceInput['ssh']>['auth'],
): string | null {
  return auth.kind === 'agent' ? null : encryptCredential(keys, JSON.stringify(auth), `source/${sourceId}/ssh`);
}

export function sealRedisPassword(keys: MainKeys, sourceId: string, password: string): string {
  return encryptCredential(keys, password, `source/${sourceId}/redis`);
}

export function openRedisPassword(keys: MainKeys, { id, redis }: SavedSource): string | null {
  const sealed = redis?.sealedPassword ?? null;
  return sealed === null ? null : decryptCredential(keys, sealed, `source/${id}/redis`);
}

export function sealCloudKeys(keys: MainKeys, destinationId: string, { accessKey, secretKey }: CloudKeys): string {
  return encryptCredential(keys, JSON.stringify({ accessKey, secretKey }), `destination/${destinationId}/s3`);
}

export function openPassword(keys: MainKeys, source: SavedSource): string {
  if (source.sealedPassword === null) throw new AppError('usage.secret-missing', { what: `mysql:${source.name}` });
  return decryptCredential(keys, source.sealedPassword, `source/${source.id}/mysql`);
}

export function openSshAuth(keys: MainKeys, source: SavedSource): SshAuth {
  if (source.ssh === null || source.ssh.authKind === 'agent') return { kind: 'agent' };
  if (source.ssh.sealedAuth === null) throw new AppError('usage.secret-missing', { what: `ssh:${source.name}` });
  return sshAuthInputSchema.parse(
    JSON.parse(decryptCredential(keys, source.ssh.sealedAuth, `source/${source.id}/ssh`)),
  );
}

export function openCloudKeys(keys: MainKeys, destination: SavedDestination & { kind: 's3' }): CloudKeys {
  if (destination.sealedKeys === null) throw new AppError('usage.secret-missing', { what: `s3:${destination.name}` });
  return cloudKeysSchema.parse(
    JSON.parse(decryptCredential(keys, destination.sealedKeys, `destination/${destination.id}/s3`)),
  );
}

export function viewOfSource(source: SavedSource): SourceView {
  const { ssh } = source;
  return {
    id: source.id,
    name: source.name,
    mysql: source.mysql,
    ssh:
      ssh === null
        ? null
        : { host: ssh.host, port: ssh.port, user: ssh.user, auth: ssh.authKind, hostKey: ssh.hostKey },
    databases: source.databases,
    preset: source.preset,
    ...(source.shops === undefined ? {} : { shops: source.shops }),
    ...(source.unclear === undefined ? {} : { unclear: source.unclear }),
    secretColumns: source.secretColumns,
    ...(source.questions === undefined ? {} : { questions: source.questions }),
    ...(source.openColumns === undefined ? {} : { openColumns: source.openColumns }),
    ledgers: source.ledgers,
    ...(source.files.length === 0 ? {} : { files: source.files }),
    ...(source.leaveOut === undefined ? {} : { leaveOut: source.leaveOut }),
    ...(source.redis === undefined ? {} : { redis: viewOfRedis(source.redis) }),
    ...(source.items === undefined || source.items.length === 0 ? {} : { items: source.items.map(({ item }) => item) }),
    ...(source.accounts === true ? { accounts: true } : {}),
    addedAt: source.addedAt,
    hasCredentials: source.sealedPassword !== null,
  };
}

function viewOfRedis({ host, port, user, sealedPassword, items }: SavedRedis): NonNullable<SourceView['redis']> {
  return { host, port, user, hasPassword: sealedPassword !== null, items };
}

export function viewOfDestination(destination: SavedDestination): DestinationView {
  const { id, name, role, place, addedAt, kind, retention, pinned, maxBytesPerSecond } = destination;
  const kept = {
    ...(retention === undefined ? {} : { retention }),
    ...(pinned === undefined ? {} : { pinned }),
    ...(maxBytesPerSecond === undefined ? {} : { maxBytesPerSecond }),
  };
  const shared = { id, name, role, place, addedAt, kind, ...kept };
  if (destination.kind === 'disk') return { ...shared, where: destination.path, provider: null, hasCredentials: true };
  const { bucket, prefix, endpoint, customDomain, provider, lockDays, sealedKeys } = destination;
  const where = `${bucket}${prefix === '' ? '' : `/${prefix}`} (${customDomain ?? endpoint ?? provider})`;
  const view = { ...shared, where, provider, hasCredentials: sealedKeys !== null };
  return lockDays == null ? view : { ...view, lockDays };
}
