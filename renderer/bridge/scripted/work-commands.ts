import { sampleMoney } from './sample-money.ts';
import type { RestoreCheck } from '../../../shared/model/restore-check.ts';
import { AppError } from '../../../shared/errors/app-error.ts';
import type { CommandInput, CommandOutput } from '../../../shared/ipc/contract.ts';
import type { SnapshotCopy, SnapshotSummary } from '../../../shared/model/snapshot.ts';
import { sampleChecklist } from './sample-checklist.ts';
import {
  aSnapshot,
  aSource,
  detailOf,
  hexOf,
  idOf,
  sampleBytes,
  sampleDestinations,
  sampleSnapshots,
  sampleTables,
  shopName,
} from './sample-shop.ts';
import { aRestoreWithoutCards } from './sample-vault.ts';
import { pruneCommand } from './prune-command.ts';
import type { FakeJobs } from './fake-jobs.ts';
import type { World } from './world.ts';

const tableNames = sampleTables.map(({ name }) => `dujiaoka.${name}`);

/** In the fake an event of the sample happened two hours ago. */
function stoppedAt(until: NonNullable<CommandInput<'restore.run'>['until']>): string {
  return until.kind === 'time' ? until.at : new Date(Date.now() - 2 * 3_600_000).toISOString();
}

export function workCommands(world: World, jobs: FakeJobs, changed: () => void) {
  function snapshotOf(wanted: string, source: string | null = null): SnapshotSummary {
    const ofSource = world.snapshots.filter((one) => source === null || one.source === source);
    const found = wanted === 'latest' ? ofSource[0] : ofSource.find(({ id }) => id.startsWith(wanted));
    if (found === undefined) throw new AppError('snapshot.unknown', { snapshot: wanted });
    return found;
  }
  const sourceOf = (name: string) => world.sources.find((one) => one.name === name) ?? aSource({ name });

  return {
    'backup.run': async ({ jobId, source, to }: CommandInput<'backup.run'>): Promise<CommandOutput<'backup.run'>> => {
      if (!world.sources.some(({ name }) => name === source)) throw new AppError('source.unknown', { name: source });
      const places = world.destinations.filter(({ name }) => to.length === 0 || to.includes(name));
      await jobs.walk(jobId, 'backup.run', source, [
        { phase: 'connect', details: [''], bytes: 0 },
        { phase: 'lock', details: [''], bytes: 0 },
        { phase: 'read', details: tableNames, bytes: sampleBytes },
        { phase: 'check', details: ['orders'], bytes: 0 },
        { phase: 'copy', details: places.map(({ name }) => name), bytes: sampleBytes },
      ]);
      const present = places
        .filter(({ role }) => role !== 'cold')
        .map(({ name }) => ({ destination: name, state: 'written' as const }));
      const snapshot = aSnapshot(world.nextNumber++, new Date().toISOString(), present, { source });
      world.snapshots = [snapshot, ...world.snapshots];
      changed();
      const { id, at, coordinate, tables, rows, chunks, ledgers } = snapshot;
      return {
        snapshot: { id, at, coordinate, tables, rows, chunks },
        read: { bytesFromServer: 2_210_000, rowsFetched: 8_400, rangesReused: 58, rangesTotal: 61 },
        written: { objects: 9, bytes: 1_120_400 },
        ledgers,
        checks: detailOf(snapshot, sourceOf(source)).manifest.checks,
        copies: places.map(({ name, role }) => ({
          destination: name,
          ok: role !== 'cold',
          objectsCopied: role === 'cold' ? 0 : 9,
          bytesCopied: role === 'cold' ? 0 : 1_120_400,
          errorCode: role === 'cold' ? 'backend.absent' : null,
        })),
        durationMs: 74_000,
      };
    },
    'snapshots.list': ({ source }: CommandInput<'snapshots.list'>) => ({
      snapshots: world.snapshots.filter((one) => source === null || one.source === source),
    }),
    'snapshot.show': ({ snapshot }: CommandInput<'snapshot.show'>) => {
      const found = snapshotOf(snapshot);
      return detailOf(found, sourceOf(found.source));
    },
    'ledgers.show': ({ source }: CommandInput<'ledgers.show'>) =>
      sampleMoney(
        source,
        world.snapshots.find((one) => one.source === source),
        world.isAlarmed,
      ),
    'ledgers.confirm': ({ snapshot }: CommandInput<'ledgers.confirm'>) => {
      world.isAlarmed = false;
      return { confirmed: snapshot };
    },
    'copy.run': async (input: CommandInput<'copy.run'>): Promise<CommandOutput<'copy.run'>> => {
      const { jobId } = input;
      const to = [input.to].flat()[0] ?? '';
      const wanted = snapshotOf(input.snapshot);
      await jobs.walk(jobId, 'copy.run', to, [{ phase: 'copy', details: tableNames, bytes: sampleBytes }]);
      const copy = { destination: to, state: 'written' as const, at: new Date().toISOString(), intact: true };
      world.snapshots = world.snapshots.map((one) =>
        one.id === wanted.id
          ? { ...one, copies: [...one.copies.filter(({ destination }) => destination !== to), copy] }
          : one,
      );
      changed();
      return {
        snapshots: [wanted.id],
        objectsCopied: 12,
        bytesCopied: 3_200_400,
        objectsSkipped: 49,
        copies: [{ destination: to, ok: true, objectsCopied: 12, bytesCopied: 3_200_400, errorCode: null }],
        findings: [],
        durationMs: 2_100,
      };
    },
    'verify.run': async ({
      jobId,
      destination,
      readPercent,
      healFrom,
    }: CommandInput<'verify.run'>): Promise<CommandOutput<'verify.run'>> => {
      await jobs.walk(jobId, 'verify.run', destination, [
        { phase: 'verify', details: ['chunks', 'manifests'], bytes: sampleBytes },
      ]);
      const isDamaged = world.damaged.has(destination);
      const isHealed = isDamaged && healFrom !== null;
      const [rotten, absent] = [hexOf(63), hexOf(161)];
      const damaged = isDamaged && !isHealed ? [{ object: rotten, reason: 'tag' }] : [];
      const missing = isDamaged && !isHealed ? [absent] : [];
      if (isHealed) world.damaged.delete(destination);
      const seen = isDamaged && !isHealed ? brokenCopy : soundCopy(readPercent);
      world.snapshots = world.snapshots.map((one) => ({
        ...one,
        copies: one.copies.map((copy) => (copy.destination === destination ? seen(copy) : copy)),
      }));
      changed();
      const objects = 318;
      const read = Math.min(objects - missing.length, Math.ceil((objects * readPercent) / 100));
      return {
        objects,
        read,
        bytesRead: read * 340_000,
        damaged,
        missing,
        healed: isHealed ? [rotten, absent] : [],
        gone: [],
        snapshots: world.snapshots.filter(({ copies }) => copies.some((copy) => copy.destination === destination))
          .length,
        durationMs: 8_400,
      };
    },
    'prune.run': pruneCommand(world, jobs, changed),
    'share.status': () => ({ enabled: world.dailyShare }),
    'share.set': ({ enabled }: CommandInput<'share.set'>) => ({ enabled: (world.dailyShare = enabled) }),
    'restore.check': async (input: CommandInput<'restore.check'>): Promise<CommandOutput<'restore.check'>> => {
      const snapshot = snapshotOf(input.snapshot, input.source);
      await jobs.walk(input.jobId, 'restore.check', input.source, [{ phase: 'open', details: [''], bytes: 0 }]);
      const room = { path: '/var/lib/mysql/', needed: '1.2 GB', free: '84 GB' };
      const ok = (id: RestoreCheck['id'], facts = {}): RestoreCheck => ({ id, state: 'ok', facts, errorCode: null });
      const isNear = input.into.kind === 'sandbox' || input.into.kind === 'sql';
      const version = { source: 'STRICT_TRANS_TABLES', added: 'NO_ZERO_DATE', missing: '–' };
      return {
        snapshot: snapshot.id,
        checks: isNear
          ? [ok('room', room)]
          : [
              input.into.kind === 'same'
                ? ok('room', room)
                : { id: 'room', state: 'unknown', facts: room, errorCode: null },
              ...(['writable', 'privileges', 'names', 'letter-case', 'portable', 'packet'] as const).map((id) =>
                ok(id),
              ),
              input.into.kind === 'same'
                ? ok('sql-mode')
                : { id: 'sql-mode', state: 'warn', facts: version, errorCode: null },
              ok('definers'),
              ok('words'),
            ],
        durationMs: 900,
      };
    },
    'restore.run': async (input: CommandInput<'restore.run'>): Promise<CommandOutput<'restore.run'>> => {
      const snapshot = snapshotOf(input.snapshot, input.source);
      if (input.vault !== null && 'passphrase' in input.vault && input.vault.passphrase === 'wrong')
        throw new AppError('keys.wrong-passphrase');
      const chosen = sampleTables.filter(
        ({ name }) => input.tables.length === 0 || input.tables.includes(`dujiaoka.${name}`),
      );
      const bytes = chosen.reduce((sum, { textBytes }) => sum + textBytes, 0);
      await jobs.walk(input.jobId, 'restore.run', input.source, [
        { phase: 'sandbox', details: [''], bytes: 0 },
        { phase: 'load', details: chosen.map(({ name }) => `dujiaoka.${name}`), bytes },
        { phase: 'keys', details: chosen.map(({ name }) => `dujiaoka.${name}`), bytes: 0 },
        { phase: 'prove', details: [''], bytes: 0 },
      ]);
      const beside = `dujiaoka__restore_${snapshot.at.slice(0, 16).replace(/\D/g, '')}`;
      const database = input.as ?? (input.into.kind === 'same' ? beside : 'dujiaoka');
      const ranges = chosen.reduce((sum, { rows }) => sum + (Math.ceil(rows / 20_000) || 1), 0);
      const hasSealed = chosen.some(({ sealed }) => sealed);
      const restoreId = idOf(world.nextNumber++);
      if (hasSealed && input.vault === null && (input.into.kind === 'same' || input.into.kind === 'server'))
        world.withoutCards.push({ ...aRestoreWithoutCards(Date.now()), id: restoreId, databases: [database] });
      return {
        restoreId,
        snapshot: snapshot.id,
        from: input.from ?? world.destinations[0]?.name ?? '主硬盘',
        database,
        databases: [database],
        tables: chosen.length,
        rows: chosen.reduce((sum, { rows }) => sum + rows, 0),
        digest: { ranges, equal: true, compared: input.into.kind === 'sql' ? 0 : ranges },
        ledgers: snapshot.ledgers,
        vault: hasSealed ? (input.vault === null ? 'closed' : 'open') : 'none',
        stoppedAt: input.until === undefined ? snapshot.at : stoppedAt(input.until),
        ...(input.until === undefined
          ? {}
          : {
              replay: {
                transactions: 1_204,
                rowEvents: 3_380,
                statements: 0,
                to: { file: 'binlog.000006', position: 1_180_224 },
                lastCommitAt: stoppedAt(input.until),
              },
            }),
        resale:
          input.until === undefined
            ? { cards: 0, orders: 0, csv: null }
            : {
                cards: 12,
                orders: 9,
                csv: 'C:\\Users\\me\\Documents\\shouhu\\resale-20261123.csv',
                shared: 1,
                complete: false,
                unread: [{ reason: 'log-end', facts: { at: stoppedAt(input.until) } }],
              },
        swap: input.into.kind === 'same' ? idOf(777) : null,
        undo: null,
        file: input.into.kind === 'sql' ? 'C:\\Users\\me\\Desktop\\shop.sql' : null,
        notes: [],
        durationMs: 26_000,
      };
    },
    'recover.run': async ({ jobId, secret }: CommandInput<'recover.run'>): Promise<CommandOutput<'recover.run'>> => {
      if (secret.kind === 'passphrase' && secret.passphrase === 'wrong') throw new AppError('keys.wrong-passphrase');
      if (secret.kind === 'words') {
        const words = secret.words.trim().split(/\s+/);
        if (words.length !== 24) throw new AppError('keys.word-count', { count: words.length });
        const wrong = words.findIndex((word) => !/^[a-z]+$|^\p{Script=Han}$/u.test(word) || word === 'wrong');
        if (wrong >= 0) throw new AppError('keys.unknown-word', { position: wrong + 1 });
      }
      await jobs.walk(jobId, 'recover.run', 'recovered', [{ phase: 'timeline', details: [''], bytes: 0 }]);
      const [disk] = sampleDestinations;
      Object.assign(world, {
        initialised: true,
        unlocked: true,
        sources: [aSource({ hasCredentials: false })],
        destinations: disk === undefined ? [] : [{ ...disk, name: 'recovered' }],
        snapshots: sampleSnapshots(Date.now()).map((one) => ({
          ...one,
          copies: one.copies
            .slice(0, 1)
            .map((copy) => ({ ...copy, destination: 'recovered', state: 'listed' as const })),
        })),
      });
      changed();
      return { sources: [shopName], snapshots: world.snapshots.length, destination: 'recovered', durationMs: 4_300 };
    },
    checklist: () => ({ items: sampleChecklist(Date.now()) }),
    doctor: () => ({ findings: [] }),
    'jobs.list': () => ({ jobs: world.jobs }),
    'job.cancel': ({ jobId }: CommandInput<'job.cancel'>) => ({ found: jobs.cancel(jobId) }),
  };
}

const brokenCopy = (copy: SnapshotCopy): SnapshotCopy => ({
  ...copy,
  state: 'listed',
  intact: false,
  at: new Date().toISOString(),
});

/** Reading all of it proves it; a sample only lists it, and never takes a stronger proof away. */
function soundCopy(readPercent: number): (copy: SnapshotCopy) => SnapshotCopy {
  const at = new Date().toISOString();
  return (copy) => {
    const isReadWhole = readPercent === 100;
    const isWeaker = copy.intact && copy.state !== 'written' && (!isReadWhole || copy.state !== 'listed');
    if (isWeaker) return copy;
    return { ...copy, intact: true, state: isReadWhole ? 'read-back' : 'listed', at };
  };
}
