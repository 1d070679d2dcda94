import type { Choice, CommandInput } from '../../../shared/ipc/contract.ts';
import type { SnapshotDetail } from '../../stores/detail-store.ts';
import { toVaultOpening } from '../vault/index.ts';
import { emptyServer, present, serverErrors, toMysqlInput, toSshInput } from '../shop/index.ts';
import type { FormErrors, ServerValues } from '../shop/index.ts';
import { instantOf, momentError, type Moment } from './moment.ts';

export const restoreSteps = ['snapshot', 'what', 'from', 'into', 'vault', 'confirm'] as const;
export type RestoreStep = (typeof restoreSteps)[number];

export const restoreTargets = ['sandbox', 'same', 'server', 'sql'] as const;
export type RestoreTargetKind = (typeof restoreTargets)[number];

export interface RestoreAnswers {
  readonly source: string;
  /** The one that is restored, or from which the log is done again. */
  readonly snapshot: string | null;
  readonly moment: Moment;
  readonly what: 'everything' | 'some';
  /** `database.table`. */
  readonly tables: readonly string[];
  /** null: the nearest copy. */
  readonly from: string | null;
  readonly into: RestoreTargetKind;
  readonly as: string;
  /** The server's accounts as well, where the snapshot has them and the target is for keeps. */
  readonly accounts: boolean;
  readonly server: ServerValues;
  /** Trusted on first sight during this restore. */
  readonly fingerprint: string | null;
  readonly file: Choice;
  readonly vault: 'closed' | 'passphrase' | 'words';
  readonly vaultSecret: string;
  /** Why it is opened; may be empty. */
  readonly vaultReason: string;
}

export function firstAnswers(source: string, snapshot: string | null): RestoreAnswers {
  return {
    source,
    snapshot,
    moment: { kind: 'snapshot' },
    what: 'everything',
    tables: [],
    from: null,
    into: 'sandbox',
    as: '',
    accounts: false,
    server: emptyServer(),
    fingerprint: null,
    file: null,
    vault: 'closed',
    vaultSecret: '',
    vaultReason: '',
  };
}

/** Whether anything chosen holds sealed card secrets. */
export function holdsSecrets({ what, tables }: RestoreAnswers, detail: SnapshotDetail): boolean {
  return detail.tables.some(
    ({ sealed, database, name }) => sealed && (what === 'everything' || tables.includes(`${database}.${name}`)),
  );
}

/** Whether there are accounts to restore and a place where they are of use. Beside the live database they would have no rights. */
export function canHaveAccounts({ what, into }: RestoreAnswers, { manifest }: SnapshotDetail): boolean {
  return manifest.accounts !== undefined && what === 'everything' && (into === 'server' || into === 'sql');
}

/** What is missing before the next step may be taken. */
export function stepErrors(step: RestoreStep, answers: RestoreAnswers): FormErrors {
  switch (step) {
    case 'snapshot':
      return present({ snapshot: momentError(answers.moment, answers.snapshot) });
    case 'what':
      return present({
        tables: answers.what === 'some' && answers.tables.length === 0 ? 'restore.tablesMissing' : null,
      });
    case 'into':
      return {
        ...(answers.into === 'server' ? serverErrors(answers.server) : {}),
        ...present({ file: answers.into === 'sql' && answers.file === null ? 'restore.sqlMissing' : null }),
      };
    case 'vault':
      return present({
        vault: answers.vault !== 'closed' && answers.vaultSecret.trim() === '' ? 'restore.vaultMissing' : null,
      });
    case 'from':
    case 'confirm':
      return {};
  }
}

type RestoreInput = Omit<CommandInput<'restore.run'>, 'jobId'>;

export function toRestoreInput(answers: RestoreAnswers, detail: SnapshotDetail): RestoreInput {
  const { source, snapshot, moment, what, tables, from, as } = answers;
  const until = untilOf(moment);
  const canRename = answers.into !== 'sql' && detail.snapshot.databases.length === 1;
  return {
    source,
    // With a moment the engine itself finds the newest snapshot from which it can be reached.
    snapshot: until === null ? (snapshot ?? 'latest') : 'latest',
    ...(until === null ? {} : { until }),
    from,
    databases: [],
    tables: what === 'everything' ? [] : [...tables],
    into: targetOf(answers),
    as: canRename && as.trim() !== '' ? as.trim() : null,
    vault: holdsSecrets(answers, detail) ? vaultOpening(answers) : null,
    ...(answers.accounts && canHaveAccounts(answers, detail) ? { accounts: true } : {}),
  };
}

function untilOf(moment: Moment): NonNullable<RestoreInput['until']> | null {
  switch (moment.kind) {
    case 'snapshot':
      return null;
    case 'time': {
      const at = instantOf(moment.at);
      return at === null ? null : { kind: 'time', at };
    }
    case 'event':
      return moment.event === null ? null : { kind: 'event', id: moment.event.id };
  }
}

function vaultOpening({ vault, vaultSecret: secret, vaultReason: reason }: RestoreAnswers): RestoreInput['vault'] {
  return vault === 'closed' ? null : toVaultOpening({ by: vault, secret, reason });
}

function targetOf({ into, server, fingerprint, file }: RestoreAnswers): RestoreInput['into'] {
  switch (into) {
    case 'sandbox':
      return { kind: 'sandbox' };
    case 'same':
      return { kind: 'same' };
    case 'server':
      return {
        kind: 'server',
        target: { ...toMysqlInput(server.mysql), ssh: server.viaSsh ? toSshInput(server.ssh, fingerprint) : null },
      };
    case 'sql':
      return { kind: 'sql', fileToken: file?.token ?? '' };
  }
}
