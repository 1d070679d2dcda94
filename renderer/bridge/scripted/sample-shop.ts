import type { CommandOutput } from '../../../shared/ipc/contract.ts';
import type { LedgerResult } from '../../../shared/model/database.ts';
import type { DestinationView } from '../../../shared/model/destination.ts';
import type { CopyState, SnapshotSummary } from '../../../shared/model/snapshot.ts';
import type { ProofFigures } from '../../../shared/model/proof.ts';
import type { SourceView } from '../../../shared/model/source.ts';

/** Made-up things that look like a real card shop. Nothing here ever met a server. */
export const shopName = '我的小店';
export const sampleFingerprint = 'SHA256:3fQ0mJt1w8Yb2cVx9LrE5nKp7dHsUzGa4iToWqRlXyM';

export function idOf(number: number): string {
  return `00000000-0000-4000-8000-${number.toString(16).padStart(12, '0')}`;
}

export const hexOf = (number: number): string => number.toString(16).padStart(64, '0');

const addedAt = '2026-10-02T08:00:00.000Z';

export function aSource(changes: Partial<SourceView> = {}): SourceView {
  return {
    id: idOf(1),
    name: shopName,
    mysql: { host: '127.0.0.1', port: 3306, user: 'backup' },
    ssh: {
      host: '203.0.113.18',
      port: 22,
      user: 'root',
      auth: 'key',
      hostKey: { algorithm: 'ssh-ed25519', fingerprint: sampleFingerprint },
    },
    databases: ['dujiaoka'],
    preset: 'dujiaoka-2.x',
    secretColumns: ['carmis.carmi', 'orders.info'],
    ledgers: [
      {
        name: 'orders',
        database: 'dujiaoka',
        table: 'orders',
        amountColumn: 'actual_price',
        unit: 'yuan',
        currency: 'CNY',
        statusColumn: 'status',
        paidValues: ['4'],
      },
    ],
    addedAt,
    hasCredentials: true,
    ...changes,
  };
}

/** A shop whose owner is asked about everything that nobody guesses. */
export function anAskedSource(nowMs: number): SourceView {
  const since = new Date(nowMs - 9 * 3_600_000).toISOString();
  return aSource({
    preset: null,
    files: ['/www/wwwroot/faka.example.com'],
    redis: {
      host: '127.0.0.1',
      port: 6379,
      user: null,
      hasPassword: true,
      items: [{ id: 'system-settings', database: 1, keys: ['*system-setting'] }],
    },
    questions: [
      { name: 'dujiaoka.orders.delivery_note', reason: 'table-cards', since },
      { name: 'dujiaoka.coupons.exchange_code', reason: 'name-card', since },
    ],
    unclear: [{ database: 'dujiaoka', prefix: 'acg_', presets: ['acg-faka', 'mcy-shop'] }],
  });
}

export function aDestination(number: number, changes: Partial<DestinationView>): DestinationView {
  return {
    id: idOf(100 + number),
    name: `副本 ${number}`,
    kind: 'disk',
    role: 'main',
    place: null,
    where: 'D:\\守护备份',
    provider: null,
    addedAt,
    hasCredentials: true,
    ...changes,
  };
}

/** Of a copy with 318 objects. */
function aProof(never: number, oldestUnprovenDays: number, provenShare: number): ProofFigures {
  const neverRead = { objects: never, bytes: never * 340_000 };
  return {
    objects: 318,
    bytes: 108_120_000,
    neverRead,
    provenShare,
    oldestUnprovenDays,
    damaged: 0,
    listedAt: addedAt,
  };
}

export const sampleDestinations: readonly DestinationView[] = [
  aDestination(1, {
    name: '主硬盘',
    role: 'main',
    where: 'D:\\守护备份',
    place: '店里的电脑',
    proof: aProof(0, 21, 1),
  }),
  aDestination(2, {
    name: '第二块硬盘',
    role: 'second-disk',
    where: 'E:\\守护备份',
    place: '店里的电脑',
    proof: aProof(12, 34, 0.93),
  }),
  aDestination(3, { name: '蓝色 U 盘', role: 'cold', where: 'F:\\守护备份', place: '家里抽屉' }),
  aDestination(4, {
    name: '阿里云',
    kind: 's3',
    role: 'cloud',
    where: 'my-shop-backup/shouhu at s3.oss-cn-hangzhou.aliyuncs.com',
    provider: 'aliyun-oss',
    place: '杭州',
    maxBytesPerSecond: 500_000,
    proof: aProof(9, 4, 0.88),
  }),
];

/** Of a shop that has thought of everything. */
export const moreDestinations: readonly DestinationView[] = [
  aDestination(5, {
    name: '腾讯云',
    kind: 's3',
    role: 'cloud',
    where: 'shop-1250000000/shouhu at cos.ap-shanghai.myqcloud.com',
    provider: 'tencent-cos',
    place: '上海',
    lockDays: 30,
    proof: aProof(0, 3, 1),
  }),
  aDestination(6, { name: '红色 U 盘', role: 'cold', where: 'G:\\守护备份', place: '北京办公室' }),
  aDestination(7, { name: '老家的硬盘', role: 'offsite', where: 'H:\\守护备份', place: '苏州' }),
];

export const sampleTables = [
  { name: 'orders', rows: 128_452, textBytes: 41_220_118, sealed: true },
  { name: 'carmis', rows: 402_981, textBytes: 68_004_551, sealed: true },
  { name: 'goods', rows: 186, textBytes: 98_220, sealed: false },
  { name: 'goods_group', rows: 14, textBytes: 1_120, sealed: false },
  { name: 'coupons', rows: 2_310, textBytes: 184_333, sealed: false },
  { name: 'coupons_goods', rows: 4_022, textBytes: 52_411, sealed: false },
  { name: 'pays', rows: 9, textBytes: 3_340, sealed: false },
  { name: 'emailtpls', rows: 8, textBytes: 14_202, sealed: false },
  { name: 'admin_users', rows: 3, textBytes: 780, sealed: false },
  { name: 'failed_jobs', rows: 41, textBytes: 220_118, sealed: false },
] as const;

export const sampleRows = sampleTables.reduce((sum, { rows }) => sum + rows, 0);
export const sampleBytes = sampleTables.reduce((sum, { textBytes }) => sum + textBytes, 0);

/** A paid total that grows with every snapshot; integer cents, so that the sample itself never rounds. */
export function sampleLedger(number: number): LedgerResult {
  const cents = (328_455_120n + BigInt(number) * 41_873n).toString();
  const sum = `${cents.slice(0, -2)}.${cents.slice(-2)}`;
  return { name: 'orders', currency: 'CNY', rows: 101_337 + number * 12, sum, serverSum: sum, equal: true };
}

export function aSnapshot(
  number: number,
  at: string,
  copies: readonly { destination: string; state: CopyState; intact?: boolean }[],
  changes: Partial<SnapshotSummary> = {},
): SnapshotSummary {
  return {
    id: idOf(1000 + number),
    source: shopName,
    at,
    coordinate: { file: 'mysql-bin.000214', position: 8_821_340 + number, gtid: null },
    databases: ['dujiaoka'],
    tables: sampleTables.length,
    rows: sampleRows + number * 37,
    chunks: 61 + number,
    bytes: sampleBytes + number * 11_204,
    ledgers: [sampleLedger(number)],
    checksOk: true,
    copies: copies.map(({ intact = true, ...copy }) => ({ ...copy, at, intact })),
    ...changes,
  };
}

/** Everything about one snapshot, manifest included. */
export function detailOf(snapshot: SnapshotSummary, source: SourceView): CommandOutput<'snapshot.show'> {
  const checks = ['rows-equal-count', 'digest-equal', 'ledger-equal', 'schema-still', 'plausible-size'].map((id) => ({
    id,
    ok: snapshot.checksOk || id !== 'ledger-equal',
    facts: {},
  }));
  const tables = sampleTables.map((table) => ({
    database: 'dujiaoka',
    ranges: Math.ceil(table.rows / 20_000) || 1,
    ...table,
  }));
  return {
    snapshot,
    tables,
    ledgers: snapshot.ledgers,
    copies: snapshot.copies,
    proofs: snapshot.copies.map(({ destination }) => ({
      destination,
      proof: sampleDestinations.find(({ name }) => name === destination)?.proof ?? null,
    })),
    manifest: {
      format: 1,
      id: snapshot.id,
      source: { id: source.id, name: source.name, preset: source.preset },
      previous: null,
      startedAt: snapshot.at,
      at: snapshot.at,
      finishedAt: snapshot.at,
      durationMs: 74_000,
      producer: 'shouhu 0.1.0',
      server: {
        flavour: 'mariadb',
        version: '10.11.6',
        versionComment: 'Debian 12',
        serverId: '1',
        serverUuid: null,
        hostname: 'shop-01',
        variables: {},
      },
      coordinate: snapshot.coordinate,
      lock: { method: 'backup-stage', waitedMs: 3, heldMs: 18 },
      databases: [{ name: 'dujiaoka', schemaChunk: hexOf(7) }],
      tables: tables.map((table, index) => ({ ...table, transactional: true, tableChunk: hexOf(100 + index) })),
      ledgerDefinitions: source.ledgers,
      ledgers: snapshot.ledgers,
      read: { bytesFromServer: 2_210_000, rowsFetched: 8_400, rangesReused: 58, rangesTotal: 61 },
      checks,
    },
  };
}

/** Five days of a quiet shop, relative to now, newest first. */
export function sampleSnapshots(nowMs: number): SnapshotSummary[] {
  const before = (hours: number): string => new Date(nowMs - hours * 3_600_000).toISOString();
  return [
    aSnapshot(5, before(3), [
      { destination: '主硬盘', state: 'read-back' },
      { destination: '第二块硬盘', state: 'listed' },
      { destination: '阿里云', state: 'written' },
    ]),
    aSnapshot(4, before(27), [
      { destination: '主硬盘', state: 'totals-matched' },
      { destination: '第二块硬盘', state: 'read-back' },
      { destination: '蓝色 U 盘', state: 'listed' },
      { destination: '阿里云', state: 'restored' },
    ]),
    aSnapshot(3, before(51), [
      { destination: '主硬盘', state: 'listed' },
      { destination: '第二块硬盘', state: 'read-back', intact: false },
      { destination: '阿里云', state: 'listed' },
    ]),
    aSnapshot(2, before(75), [
      { destination: '主硬盘', state: 'listed' },
      { destination: '阿里云', state: 'listed' },
    ]),
    aSnapshot(1, before(99), [{ destination: '主硬盘', state: 'listed' }], { checksOk: false }),
  ];
}
