import { AppError } from '../../../shared/errors/app-error.ts';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import type { z } from 'zod';
import type { VaultOpening } from '../../../shared/ipc/engine-verbs.ts';
import type { sshInputSchema } from '../../../shared/model/source.ts';
import { badArgument } from '../arguments/bad-argument.ts';
import { parseFingerprint, parseSshAddress } from '../arguments/addresses.ts';
import { cloudProviderId, cloudProviderIds, needsCloudEndpoint } from '../../../shared/model/cloud-providers.ts';
import type { Words } from '../language.ts';
import { findSecret, needSecret } from '../secrets.ts';
import type { VaultFlags, VerbContext } from '../verb-context.ts';

export type SshInput = z.infer<typeof sshInputSchema>;

/** The flags that say how to reach a database server, for a source and for the target of a restore. */
export interface ServerFlags {
  readonly mysqlPasswordEnv?: string;
  readonly mysqlPasswordFile?: string;
  readonly ssh?: string;
  readonly sshKey?: string;
  readonly sshKeyPassphraseEnv?: string;
  readonly sshKeyPassphraseFile?: string;
  readonly sshPasswordEnv?: string;
  readonly sshPasswordFile?: string;
  readonly sshAgent?: true;
  readonly sshHostKey?: string;
  readonly trustFirst?: true;
}

export function addServerFlags(command: Command, words: Words): Command {
  return command
    .option('--mysql-password-env <NAME>', words.say('flag.mysql-password-env'))
    .option('--mysql-password-file <PATH>', words.say('flag.mysql-password-file'))
    .option('--ssh <user@host:port>', words.say('flag.ssh'))
    .option('--ssh-key <FILE>', words.say('flag.ssh-key'))
    .option('--ssh-key-passphrase-env <NAME>', words.say('flag.ssh-key-passphrase-env'))
    .option('--ssh-key-passphrase-file <PATH>', words.say('flag.ssh-key-passphrase-file'))
    .option('--ssh-password-env <NAME>', words.say('flag.ssh-password-env'))
    .option('--ssh-password-file <PATH>', words.say('flag.ssh-password-file'))
    .option('--ssh-agent', words.say('flag.ssh-agent'))
    .option('--ssh-host-key <SHA256:…>', words.say('flag.ssh-host-key'))
    .option('--trust-first', words.say('flag.trust-first'));
}

/** Refuses contradictions before anything is opened or asked. */
export function checkServerFlags(flags: ServerFlags): void {
  if (flags.ssh !== undefined) parseSshAddress(flags.ssh);
  const ways = [
    flags.sshKey !== undefined && '--ssh-key',
    (flags.sshPasswordEnv ?? flags.sshPasswordFile) !== undefined && '--ssh-password-env',
    flags.sshAgent === true && '--ssh-agent',
  ].filter((way) => way !== false);
  if (ways.length > 1) throw badArgument(ways.join(' '), 'not-together');
  if (flags.ssh === undefined && ways.length > 0) throw badArgument('--ssh', 'missing');
  if (flags.sshHostKey !== undefined) {
    parseFingerprint(flags.sshHostKey);
    if (flags.trustFirst === true) throw badArgument('--ssh-host-key --trust-first', 'not-together');
  }
}

export async function readMysqlPassword(flags: ServerFlags, { surroundings, words }: VerbContext): Promise<string> {
  return needSecret(
    'mysql-password',
    { env: flags.mysqlPasswordEnv, file: flags.mysqlPasswordFile, ask: 'once', mayBeEmpty: true },
    surroundings,
    words,
  );
}

/** The tunnel as the flags describe it, or null without `--ssh`. Without a key or an agent it is a password. */
export async function readSsh(flags: ServerFlags, context: VerbContext): Promise<SshInput | null> {
  if (flags.ssh === undefined) return null;
  return {
    ...parseSshAddress(flags.ssh),
    auth: await readSshAuth(flags, context),
    fingerprint: flags.sshHostKey === undefined ? null : parseFingerprint(flags.sshHostKey),
    trustFirst: flags.trustFirst === true,
  };
}

async function readSshAuth(flags: ServerFlags, { surroundings, words }: VerbContext): Promise<SshInput['auth']> {
  if (flags.sshAgent === true) return { kind: 'agent' };
  if (flags.sshKey !== undefined) {
    const path = resolve(surroundings.cwd, flags.sshKey);
    const privateKeyPem = await readFile(path, 'utf8').catch((error: unknown) => {
      throw badArgument(path, 'unreadable-file', { cause: error });
    });
    const isLocked = isEncryptedKey(privateKeyPem) && surroundings.isInputTty;
    const keyPassphrase = await findSecret(
      'ssh-key-passphrase',
      { env: flags.sshKeyPassphraseEnv, file: flags.sshKeyPassphraseFile, ask: isLocked ? 'once' : 'never' },
      surroundings,
      words,
    );
    return { kind: 'key', privateKeyPem, keyPassphrase: keyPassphrase ?? null };
  }
  const password = await needSecret(
    'ssh-password',
    { env: flags.sshPasswordEnv, file: flags.sshPasswordFile, ask: 'once' },
    surroundings,
    words,
  );
  return { kind: 'password', password };
}

/** Whether a private key asks for a passphrase of its own. OpenSSH's format names its cipher right after a fixed beginning. */
export function isEncryptedKey(pem: string): boolean {
  if (/ENCRYPTED/.test(pem)) return true;
  const body = /BEGIN OPENSSH PRIVATE KEY-----([\sA-Za-z0-9+/=]+)-----END/.exec(pem)?.[1];
  if (body === undefined) return false;
  const bytes = Buffer.from(body, 'base64');
  const magic = 'openssh-key-v1\0';
  if (bytes.subarray(0, magic.length).toString('latin1') !== magic) return false;
  return !bytes
    .subarray(magic.length + 4)
    .toString('latin1', 0, 4)
    .startsWith('none');
}

export interface OpenVaultFlags extends VaultFlags {
  readonly openVault?: true;
  readonly reason?: string;
}

export function addVaultFlags(command: Command, words: Words): Command {
  const opening = command
    .option('--open-vault', words.say('flag.open-vault'))
    .option('--reason <TEXT>', words.say('flag.vault-reason'));
  return addVaultSecretFlags(opening, words);
}

/** What opens the vault, for commands that open it in any case. */
export function addVaultSecretFlags(command: Command, words: Words): Command {
  return command
    .option('--vault-passphrase-env <NAME>', words.say('flag.vault-passphrase-env'))
    .option('--vault-passphrase-file <PATH>', words.say('flag.vault-passphrase-file'))
    .option('--vault-words-file <PATH>', words.say('flag.vault-words-file'));
}

/** The vault is opened only when it was asked for in so many words: a remembered passphrase is not a wish. */
export async function readVault(flags: OpenVaultFlags, context: VerbContext): Promise<VaultOpening> {
  return flags.openVault === true ? needVaultWithReason(flags, context) : null;
}

/** A person at a terminal is asked why; what runs by itself says so with a flag, or nothing. */
export async function needVaultWithReason(
  flags: OpenVaultFlags,
  context: VerbContext,
): Promise<NonNullable<VaultOpening>> {
  const { surroundings, words } = context;
  const opening = await needVault(flags, context);
  const reason =
    flags.reason ??
    (surroundings.isInputTty ? await surroundings.ask(words.say('ask.vault-reason'), { hidden: false }) : '');
  return reason.trim() === '' ? opening : { ...opening, reason: reason.trim().slice(0, 300) };
}

export async function needVault(
  flags: VaultFlags,
  context: VerbContext,
): Promise<{ readonly passphrase: string } | { readonly words: string }> {
  if (flags.vaultWordsFile !== undefined) return { words: await context.readWords(flags.vaultWordsFile) };
  const sources = await context.vaultSources(flags, 'once');
  return { passphrase: await needSecret('vault-passphrase', sources, context.surroundings, context.words) };
}

/** The flags that name a bucket, for a destination and for recovery. */
export interface BucketFlags {
  readonly s3?: string;
  readonly bucket?: string;
  readonly region?: string;
  readonly endpoint?: string;
  readonly customDomain?: string;
  readonly prefix?: string;
  readonly accessKeyEnv?: string;
  readonly accessKeyFile?: string;
  readonly secretKeyEnv?: string;
  readonly secretKeyFile?: string;
}

export function addBucketFlags(command: Command, words: Words): Command {
  return command
    .option('--s3 <PROVIDER>', words.say('flag.s3'))
    .option('--bucket <NAME>', words.say('flag.bucket'))
    .option('--region <REGION>', words.say('flag.region'))
    .option('--endpoint <URL>', words.say('flag.endpoint'))
    .option('--custom-domain <URL>', words.say('flag.custom-domain'))
    .option('--prefix <PREFIX>', words.say('flag.prefix'))
    .option('--access-key-env <NAME>', words.say('flag.access-key-env'))
    .option('--access-key-file <PATH>', words.say('flag.access-key-file'))
    .option('--secret-key-env <NAME>', words.say('flag.secret-key-env'))
    .option('--secret-key-file <PATH>', words.say('flag.secret-key-file'));
}

export interface Bucket {
  readonly provider: string;
  readonly bucket: string;
  readonly region: string | null;
  readonly endpoint: string | null;
  readonly prefix: string;
  readonly customDomain?: string;
}

export function readBucket(flags: BucketFlags): Bucket {
  if (flags.s3 === undefined) throw badArgument('--s3', 'missing');
  if (flags.bucket === undefined) throw badArgument('--bucket', 'missing');
  const provider = cloudProviderId(flags.s3);
  if (provider === undefined) throw unknownCloud(flags.s3);
  const isNamed = flags.customDomain !== undefined;
  if (!isNamed && needsCloudEndpoint(provider) && flags.endpoint === undefined)
    throw badArgument('--endpoint', 'missing');
  return {
    provider,
    bucket: flags.bucket,
    region: flags.region ?? null,
    endpoint: flags.endpoint ?? null,
    prefix: flags.prefix ?? '',
    ...(flags.customDomain === undefined ? {} : { customDomain: flags.customDomain }),
  };
}

function unknownCloud(value: string): AppError {
  const known = cloudProviderIds.join(', ');
  return new AppError('usage.bad-argument', {
    argument: '--s3',
    reason: 'unknown-cloud',
    value: value.slice(0, 40),
    known,
  });
}

export async function readBucketKeys(
  flags: BucketFlags,
  { surroundings, words }: VerbContext,
): Promise<{ accessKey: string; secretKey: string }> {
  const accessSources = { env: flags.accessKeyEnv, file: flags.accessKeyFile, ask: 'once' } as const;
  const secretSources = { env: flags.secretKeyEnv, file: flags.secretKeyFile, ask: 'once' } as const;
  return {
    accessKey: await needSecret('access-key', accessSources, surroundings, words),
    secretKey: await needSecret('secret-key', secretSources, surroundings, words),
  };
}
