import { AppError, type ErrorFacts } from '../../../../shared/errors/app-error.ts';

/**
 * What a failed statement or connection means to the user. Everything that leaves this folder has passed here.
 *
 * Server messages quote values ("Duplicate entry 'card…'") and pieces of statements, so whatever stands between quotes is cut
 * out before a message becomes a fact, and out of the cause that a log will write down.
 */
export interface ErrorContext {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  /** Milliseconds since the statement was sent. */
  readonly waitedMs?: number;
  /** The statement's first words, never its values. */
  readonly statement?: string;
  readonly database?: string;
  /** Given for statements on one table inside a snapshot: then a missing or changed table means that the schema moved. */
  readonly table?: string;
}

interface DriverError extends Error {
  readonly code?: string;
  readonly errno?: number;
  readonly sqlState?: string;
}

const denied = new Set([1044, 1045, 1095, 1141, 1142, 1143, 1227, 1370, 1419, 1698, 3530]);
const lost = new Set([1053, 1077, 1079, 1080, 1152, 1158, 1159, 1160, 1161, 1184, 1927, 2006, 2013, 3169, 4031]);
const moved = new Set([1054, 1146, 1176, 1412, 1932]);
const loginRefused: Readonly<Record<number, string>> = {
  1045: 'password',
  1130: 'host-not-allowed',
  1251: 'method',
  1698: 'method',
  1820: 'password-expired',
  1862: 'password-expired',
  3118: 'account-locked',
  4151: 'account-locked',
};
const crowded: Readonly<Record<number, string>> = {
  1040: 'too-many-connections',
  1129: 'host-blocked',
  1203: 'too-many-connections',
  1226: 'too-many-connections',
};

/** An error while a connection was being opened. */
export function mapConnectError(error: unknown, context: ErrorContext): AppError {
  if (error instanceof AppError) return error;
  const { host, port, user } = context;
  const { code = '', errno = 0, message } = driverError(error);
  const refusal = loginRefused[errno];
  if (refusal !== undefined)
    return new AppError('mysql.auth-failed', { user, host, reason: refusal }, { cause: error });
  if (errno === 1049) return new AppError('mysql.database-missing', { database: namedIn(message) }, { cause: error });
  const reason = crowded[errno] ?? (code === '' ? 'unknown' : code);
  return new AppError('mysql.unreachable', { host, port, reason }, { cause: error });
}

/** An error of a statement on an open connection. */
export function mapQueryError(error: unknown, context: ErrorContext): AppError {
  if (error instanceof AppError) return error;
  const { errno = 0, sqlState = '', message, code } = driverError(error);
  const cause = { cause: withoutWords(error) };
  if (errno === 0 || lost.has(errno)) {
    const { host, port } = context;
    return new AppError('mysql.connection-lost', { host, port, reason: code ?? 'unknown' }, cause);
  }
  if (errno === 1049) return new AppError('mysql.database-missing', { database: namedIn(message) }, cause);
  if (denied.has(errno)) return new AppError('mysql.no-privilege', deniedFacts(message, context), cause);
  if (errno === 1205 || errno === 1213) {
    return new AppError(
      'mysql.lock-timeout',
      { waitedMs: Math.round(context.waitedMs ?? 0), ...place(context) },
      cause,
    );
  }
  if (context.table !== undefined && moved.has(errno)) return new AppError('mysql.schema-moved', place(context), cause);
  return new AppError(
    'mysql.query-failed',
    { errno, sqlState, message: withoutValues(message), ...place(context) },
    cause,
  );
}

/** The server's number for an error that `mapQueryError` made, or 0. For code that chooses another way by it. */
export function serverErrno(error: unknown): number {
  const cause = error instanceof AppError ? error.cause : error;
  return cause instanceof Error ? (driverError(cause).errno ?? 0) : 0;
}

function driverError(error: unknown): DriverError {
  if (!(error instanceof Error)) return { name: 'Error', message: String(error) };
  const known = error as DriverError;
  // Node's own errors carry a negative errno of the system: that is no number of the server.
  if (known.errno !== undefined && known.errno > 0) return known;
  return { name: known.name, message: known.message, ...(known.code === undefined ? {} : { code: known.code }) };
}

function place(context: ErrorContext): Record<string, string> {
  return {
    ...(context.database === undefined ? {} : { database: context.database }),
    ...(context.table === undefined ? {} : { table: context.table }),
  };
}

function deniedFacts(message: string, context: ErrorContext): ErrorFacts {
  const needed = /\(at least one of\) the (.+?) privilege/.exec(message)?.[1];
  const command = /^([A-Za-z ]+?) command denied/.exec(message)?.[1];
  const privilege = needed ?? command?.toUpperCase();
  return {
    statement: context.statement ?? '',
    ...(privilege === undefined ? {} : { privilege }),
    ...place(context),
  };
}

/** `shop` out of "Unknown database 'shop'". */
function namedIn(message: string): string {
  return /'(.*)'/s.exec(message)?.[1] ?? '';
}

/** The error as a log may keep it: stacks repeat the message, and the driver keeps the statement beside it. */
function withoutWords(error: unknown): Error {
  const { name, message, errno, sqlState, code, stack = '' } = driverError(error);
  const kept = new Error(withoutValues(message));
  kept.name = name;
  // The message may have many lines; what comes behind it does not depend on them.
  const frames = /(?:\n\s+at [^\n]*)+$/.exec(stack)?.[0] ?? '';
  kept.stack = `${name}: ${kept.message}${frames}`;
  const given = { errno, sqlState, code };
  return Object.assign(kept, Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)));
}

/** Greedy on purpose: a value may hold quotes itself. */
function withoutValues(message: string): string {
  return message.replace(/'.*'/s, "'…'").replace(/`.*`/s, '`…`').replace(/".*"/s, '"…"').slice(0, 200);
}
