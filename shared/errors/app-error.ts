/**
 * The one error type of the product, and the one list of failures.
 *
 * A code is stable: it is logged, tested, translated (`shared/i18n/errors.*.ts` holds a message and a remedy for each,
 * in Chinese and English) and never renamed once released. `facts` fill the sentences and reach logs and JSON
 * output, so they never hold a secret.
 */

/** What a caller may do about an error. `transient` is the only class that retry code may act on. */
export type Remedy = 'transient' | 'permanent' | 'user-action' | 'bug';

/**
 * Exit codes of the command line (contract):
 * 1 failed · 2 wrong usage · 3 finished, but a check did not hold · 4 not reachable · 5 refused · 130 cancelled.
 */
export type ExitCode = 1 | 2 | 3 | 4 | 5 | 130;

interface CatalogEntry {
  readonly remedy: Remedy;
  readonly exit: ExitCode;
}

const failed = (remedy: Remedy): CatalogEntry => ({ remedy, exit: 1 });
const usage: CatalogEntry = { remedy: 'user-action', exit: 2 };
const checkFailed: CatalogEntry = { remedy: 'permanent', exit: 3 };
const unreachable: CatalogEntry = { remedy: 'transient', exit: 4 };
const absent: CatalogEntry = { remedy: 'user-action', exit: 4 };
const refused: CatalogEntry = { remedy: 'user-action', exit: 5 };

export const errorCatalog = {
  cancelled: { remedy: 'permanent', exit: 130 },
  unexpected: failed('bug'),
  'feature.not-yet': usage,
  'usage.bad-argument': usage,
  'usage.secret-missing': usage,
  'usage.secret-file-mode': refused,
  'ipc.untrusted-sender': failed('bug'),
  'ipc.bad-input': failed('bug'),
  'engine.stopped': failed('transient'),
  'engine.missing-feature': failed('user-action'),
  'home.not-initialised': usage,
  'home.already-initialised': refused,
  'home.damaged': failed('user-action'),
  'home.in-use': refused,
  'keys.wrong-passphrase': refused,
  'keys.weak-passphrase': usage,
  'keys.unknown-word': refused,
  'keys.word-count': refused,
  'keys.wrong-word': refused,
  'keys.wrong-words': refused,
  'keys.vault-closed': refused,
  'keys.vault-closed-early': refused,
  'keys.unknown-slot': usage,
  'keys.last-way-in': refused,
  'keys.too-many-slots': refused,
  'keys.copy-behind': refused,
  'keys.cannot-stay': usage,
  'keys.too-many-rotations': refused,
  'keys.vault-rotated': refused,
  'kit.nothing-to-open': failed('user-action'),
  'source.unknown': usage,
  'source.exists': usage,
  'destination.unknown': usage,
  'destination.exists': usage,
  'destination.none': usage,
  'snapshot.unknown': usage,
  'snapshot.pruned-meanwhile': absent,
  'table.unknown': usage,
  'tunnel.unreachable': unreachable,
  'tunnel.auth-failed': refused,
  'tunnel.host-key-unknown': refused,
  'tunnel.host-key-changed': refused,
  'tunnel.forward-refused': absent,
  'tunnel.service-refused': absent,
  'tunnel.lost': unreachable,
  'tunnel.key-unreadable': usage,
  'tunnel.agent-missing': usage,
  'files.no-ssh': usage,
  'files.no-way': refused,
  'files.protocol': failed('permanent'),
  'files.folder-missing': failed('user-action'),
  'files.unread': checkFailed,
  'files.none': usage,
  'files.no-history': usage,
  'files.path-unknown': usage,
  'files.finding-unknown': usage,
  'files.target-not-empty': refused,
  'files.target-failed': failed('user-action'),
  'files.mismatch': checkFailed,
  'mysql.unreachable': unreachable,
  'mysql.auth-failed': refused,
  'mysql.no-privilege': refused,
  'mysql.database-missing': failed('user-action'),
  'mysql.database-empty': { remedy: 'user-action', exit: 3 },
  'mysql.connection-lost': unreachable,
  'mysql.lock-timeout': failed('transient'),
  'mysql.schema-moved': failed('transient'),
  'mysql.table-lock-over': failed('transient'),
  'mysql.warnings': checkFailed,
  'mysql.local-infile-off': failed('permanent'),
  'mysql.query-failed': failed('permanent'),
  'mysql.unsupported': failed('user-action'),
  'binlog.off': failed('user-action'),
  'binlog.purged': failed('permanent'),
  'binlog.rewritten': failed('permanent'),
  'binlog.replaced': failed('transient'),
  'binlog.damaged': failed('permanent'),
  'binlog.unsupported': failed('user-action'),
  'settings.none': usage,
  'coverage.no-look': failed('transient'),
  'coverage.thing-unknown': usage,
  'coverage.cannot-keep': refused,
  'redis.unreachable': failed('transient'),
  'redis.refused': failed('user-action'),
  'redis.too-much': failed('user-action'),
  'redis.env-unreadable': failed('user-action'),
  'redis.env-without': failed('user-action'),
  'stream.none': usage,
  'stream.event-unknown': usage,
  'restore.before-snapshots': usage,
  'restore.behind-log': usage,
  'restore.in-gap': usage,
  'restore.log-apart': usage,
  'restore.log-sealed': refused,
  'restore.no-scratch': failed('user-action'),
  'restore.no-room': failed('user-action'),
  'replay.other-flavour': usage,
  'replay.name-in-statement': failed('user-action'),
  'replay.interrupted': failed('transient'),
  'replay.unsupported': failed('user-action'),
  'replay.packet-too-small': failed('user-action'),
  'replay.failed': failed('user-action'),
  'stream.already-running': refused,
  'backend.blob-missing': failed('permanent'),
  'backend.unreachable': unreachable,
  'backend.absent': absent,
  'backend.disk-full': failed('user-action'),
  'backend.read-only': refused,
  'backend.permission': refused,
  'backend.bucket-missing': failed('user-action'),
  'backend.access-denied': refused,
  'backend.clock-skew': failed('user-action'),
  'backend.throttled': unreachable,
  'backend.locked': refused,
  'backend.rejected': failed('permanent'),
  'backend.io': failed('permanent'),
  'repository.absent': failed('user-action'),
  'repository.exists': refused,
  'repository.foreign': refused,
  'repository.newer-format': failed('user-action'),
  'repository.header-damaged': checkFailed,
  'repository.damaged': checkFailed,
  'repository.missing-object': checkFailed,
  'repository.leased': refused,
  'repository.vault-behind': refused,
  'repository.lease-lost': failed('user-action'),
  'disk.marker-refused': refused,
  'disk.twins': refused,
  'disk.known-already': refused,
  'disk.not-cold': usage,
  'disk.pulled-out': absent,
  'disk.no-room': failed('user-action'),
  'disk.no-room-for-all': failed('user-action'),
  'disk.no-source': absent,
  'disk.not-flushed': checkFailed,
  'disk.already-running': refused,
  'backup.already-running': refused,
  'backup.rows-mismatch': checkFailed,
  'backup.digest-mismatch': checkFailed,
  'backup.ledger-mismatch': checkFailed,
  'backup.implausibly-small': checkFailed,
  'backup.ledger-missing': checkFailed,
  'backup.ledger-unreadable': checkFailed,
  'backup.breakdown-mismatch': checkFailed,
  'backup.secret-missing': checkFailed,
  'backup.tables-missing': checkFailed,
  'backup.tables-unisolated': checkFailed,
  'backup.tables-unreadable': checkFailed,
  'backup.tables-moved': checkFailed,
  'backup.objects-unreadable': checkFailed,
  'backup.views-broken': checkFailed,
  'copy.incomplete': checkFailed,
  'copy.unlocked': checkFailed,
  'copy.snapshots-lost': checkFailed,
  'copy.unproven': checkFailed,
  'verify.already-running': refused,
  'prune.no-room-for-lease': failed('user-action'),
  'prune.unreadable': checkFailed,
  'prune.deed-unreadable': checkFailed,
  'prune.changed-meanwhile': failed('transient'),
  'prune.looks-like-attack': refused,
  'restore.no-copy': absent,
  'restore.table-not-kept': failed('user-action'),
  'restore.statement-refused': checkFailed,
  'restore.target-exists': refused,
  'restore.file-too-large': failed('user-action'),
  'restore.not-portable': refused,
  'restore.no-privilege': refused,
  'restore.confirmation-missing': refused,
  'restore.rows-mismatch': checkFailed,
  'restore.digest-mismatch': checkFailed,
  'restore.ledger-mismatch': checkFailed,
  'restore.load-failed': failed('permanent'),
  'restore.target-full': failed('user-action'),
  'restore.read-only': refused,
  'restore.names-collide': refused,
  'resale.no-rules': usage,
  'resale.not-marked': checkFailed,
  'restore.still-running': refused,
  'cards.nothing-to-add': refused,
  'cards.incomplete': checkFailed,
  'swap.unknown-restore': usage,
  'swap.wrong-state': refused,
  'swap.nothing-beside': failed('user-action'),
  'swap.already-running': refused,
  'swap.unfinished': refused,
  'swap.newer-first': refused,
  'swap.unproven': checkFailed,
  'swap.vault-closed': refused,
  'swap.no-safety-snapshot': refused,
  'swap.read-only': refused,
  'swap.no-privilege': refused,
  'swap.name-taken': failed('user-action'),
  'swap.tables-gone': failed('permanent'),
  'swap.busy': failed('transient'),
  'swap.guard-too-slow': refused,
  'sandbox.no-server': failed('user-action'),
  'sandbox.start-failed': failed('permanent'),
} as const satisfies Record<string, CatalogEntry>;

export type ErrorCode = keyof typeof errorCatalog;
export const errorCodes = Object.keys(errorCatalog) as ErrorCode[];
export type ErrorFacts = Readonly<Record<string, string | number | boolean>>;

export interface WireError {
  readonly code: ErrorCode;
  readonly facts: ErrorFacts;
}
export type Outcome<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: WireError };

/** `cause` stays in this process: only `code` and `facts` travel. */
export class AppError extends Error {
  override readonly name = 'AppError';
  readonly code: ErrorCode;
  readonly facts: ErrorFacts;

  constructor(code: ErrorCode, facts: ErrorFacts = {}, options?: ErrorOptions) {
    super(code, options);
    this.code = code;
    this.facts = facts;
  }

  get remedy(): Remedy {
    return errorCatalog[this.code].remedy;
  }

  get exitCode(): ExitCode {
    return errorCatalog[this.code].exit;
  }
}

/** One of these codes and nothing else: for errors that mean something to the caller. */
export function isAppErrorOf(error: unknown, ...codes: readonly ErrorCode[]): error is AppError {
  return error instanceof AppError && codes.includes(error.code);
}

/**
 * Turns whatever was thrown into an AppError. An abort is `cancelled`; an error that nobody classified is a bug: its
 * text stays in the log (as `cause`) and the user sees `unexpected`.
 */
export function toAppError(error: unknown): AppError {
  if (error instanceof AppError) return error;
  if (error instanceof Error && error.name === 'AbortError') return new AppError('cancelled', {}, { cause: error });
  return new AppError('unexpected', {}, { cause: error });
}

export function success<T>(value: T): Outcome<T> {
  return { ok: true, value };
}

export function failure(error: unknown): Outcome<never> {
  const known = toAppError(error);
  return { ok: false, error: { code: known.code, facts: known.facts } };
}
