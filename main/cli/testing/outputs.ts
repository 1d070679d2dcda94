import type { VerbOutput } from '../../../shared/ipc/engine-verbs.ts';

const id = '0192aabb-ccdd-7eee-8fff-001122334455';
const at = '2026-11-22T14:00:00.000Z';
const ledger = { name: 'orders', currency: 'CNY', rows: 3, sum: '30.00', serverSum: '30.00', equal: true };

export function aBackup(changes: Partial<VerbOutput<'backup.run'>> = {}): VerbOutput<'backup.run'> {
  return {
    snapshot: { id, at, coordinate: { file: 'bin.1', position: 4, gtid: null }, tables: 2, rows: 5, chunks: 3 },
    read: { bytesFromServer: 100, rowsFetched: 5, rangesReused: 0, rangesTotal: 2 },
    written: { objects: 4, bytes: 900 },
    ledgers: [ledger],
    checks: [{ id: 'rows-equal-count', ok: true, facts: { rows: 5 } }],
    copies: [{ destination: 'main', ok: true, objectsCopied: 4, bytesCopied: 900, errorCode: null }],
    durationMs: 12,
    ...changes,
  };
}

/** Two targets were filled. */
export function aCopying(changes: Partial<VerbOutput<'copy.run'>> = {}): VerbOutput<'copy.run'> {
  const outcome = { ok: true, objectsCopied: 3, bytesCopied: 900, errorCode: null };
  return {
    snapshots: [id],
    objectsCopied: 6,
    bytesCopied: 1800,
    objectsSkipped: 0,
    copies: ['second', 'cloud'].map((destination) => ({ destination, ...outcome })),
    findings: [],
    durationMs: 9,
    ...changes,
  };
}

export function aVerification(changes: Partial<VerbOutput<'verify.run'>> = {}): VerbOutput<'verify.run'> {
  return {
    objects: 10,
    read: 10,
    bytesRead: 1000,
    damaged: [],
    missing: [],
    healed: [],
    gone: [],
    snapshots: 1,
    durationMs: 5,
    ...changes,
  };
}

export function aRestore(changes: Partial<VerbOutput<'restore.run'>> = {}): VerbOutput<'restore.run'> {
  return {
    restoreId: id,
    snapshot: id,
    from: 'main',
    database: 'shop__restore_20261122_1400',
    databases: ['shop__restore_20261122_1400'],
    tables: 2,
    rows: 5,
    digest: { ranges: 2, equal: true, compared: 2 },
    ledgers: [ledger],
    vault: 'closed',
    stoppedAt: at,
    resale: { cards: 0, orders: 0, csv: null },
    swap: null,
    undo: null,
    file: null,
    notes: [],
    durationMs: 7,
    ...changes,
  };
}

export function aSnapshot(): VerbOutput<'snapshots.list'>['snapshots'][number] {
  return {
    id,
    source: '小店',
    at,
    coordinate: { file: null, position: null, gtid: null },
    databases: ['shop'],
    tables: 2,
    rows: 5,
    chunks: 3,
    bytes: 2048,
    ledgers: [ledger],
    checksOk: true,
    copies: [{ destination: 'main', state: 'read-back', at, intact: true }],
  };
}

export function aSource(): VerbOutput<'source.add'> {
  return {
    source: {
      id,
      name: 'shop',
      mysql: { host: 'db', port: 3306, user: 'me' },
      ssh: null,
      databases: [],
      preset: 'dujiaoka-2.x',
      secretColumns: ['carmis.carmi'],
      ledgers: [],
      addedAt: at,
      hasCredentials: true,
    },
    steps: [{ id: 'login', ok: true, ms: 3, facts: {}, errorCode: null }],
  };
}

/** `home.status` of a computer on which nothing has been set up. */
export function aFreshHome(): VerbOutput<'home.status'> {
  return { initialised: false, unlocked: false, repositoryId: null, sources: 0, destinations: 0, version: '0' };
}
