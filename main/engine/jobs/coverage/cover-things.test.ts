import { describe, expect, it } from 'vitest';
import type { AcceptedThing, CoverageKind, SeenThing } from '../../../../shared/model/coverage.ts';
import type { Manifest } from '../../../../shared/model/snapshot.ts';
import { aManifest } from '../../repository/testing/a-shop.ts';
import { coverThings, type CoverRequest, type Keeping } from './cover-things.ts';
import { thingsSeen, type LookedServer } from './seen-things.ts';

const looked = '2026-11-22T10:00:00.000Z';
const before = '2026-11-22T09:00:00.000Z';
const after = '2026-11-22T11:00:00.000Z';

describe('coverThings', () => {
  it('knows a table by the newest snapshot, and one that it could not read by the check that failed', () => {
    const checks = [{ id: 'tables-readable', ok: false, facts: { denied: 'shop.sick, shop.ill' } }];
    const newest = aSnapshot({ checks });
    const things = [
      aThing('database', 'shop'),
      ...['good', 'sick', 'new', 'far'].map((name) => aThing('table', `shop.${name}`, { within: 'database:shop' })),
    ].map((thing) => (thing.name === 'shop.far' ? { ...thing, obstacle: 'elsewhere' } : thing));
    expect(judged({ things, snapshots: [newest] })).toEqual({
      'database:shop': 'kept',
      'table:shop.good': 'kept',
      'table:shop.sick': 'open not-readable',
      'table:shop.new': 'next next-backup',
      'table:shop.far': 'open elsewhere',
    });
  });

  it('takes a view for kept unless it was lost, or was seen first after the picture', () => {
    const lostObjects = [{ kind: 'view' as const, database: 'shop', name: 'broken', reason: 'damaged' as const }];
    const things = [
      aThing('database', 'shop'),
      aThing('view', 'shop.old', { within: 'database:shop' }),
      aThing('view', 'shop.broken', { within: 'database:shop' }),
      aThing('view', 'shop.later', { within: 'database:shop', since: after }),
      aThing('routine', 'shop.broken', { within: 'database:shop', since: before }),
    ];
    expect(judged({ things, snapshots: [aSnapshot({ lostObjects })] })).toMatchObject({
      'view:shop.old': 'kept',
      'view:shop.broken': 'open not-readable',
      'view:shop.later': 'next next-backup',
      'routine:shop.broken': 'kept',
    });
  });

  it('tells what is in an unwanted database by the database, until something comes to what was accepted', () => {
    const things = [
      aThing('database', 'old'),
      aThing('table', 'old.a', { within: 'database:old' }),
      aThing('table', 'old.b', { within: 'database:old' }),
    ];
    const keeping = { databases: ['shop'] };
    expect(judged({ things, keeping })).toEqual({ 'database:old': 'open not-chosen +' });
    const accepted = [anAnswer('database', 'old', ['table:old.a'])];
    expect(judged({ things, keeping, accepted })).toEqual({
      'database:old': 'accepted not-chosen +',
      'table:old.b': 'open came-later',
    });
    const both = [...accepted, anAnswer('table', 'old.b')];
    expect(judged({ things, keeping, accepted: both })['table:old.b']).toBe('accepted not-chosen');
  });

  it('never takes what was declined once for declined when a backup has it', () => {
    const things = [aThing('database', 'shop')];
    expect(judged({ things, accepted: [anAnswer('database', 'shop')] })).toEqual({ 'database:shop': 'kept' });
  });

  it('holds folders and files against the folders that are kept and the rules that leave out', () => {
    const things = [
      aThing('folder', '/www/shop', { facts: { folder: true } }),
      aThing('folder', '/www/shop2', { facts: { folder: true } }),
      aThing('folder', '/www', { facts: { folder: true } }),
      aThing('key-file', '/www/shop/.env', { within: 'folder:/www/shop' }),
      aThing('key-file', '/www/shop/cache/a.key', { within: 'folder:/www/shop' }),
      aThing('key-file', '/www/shop/new.key', { within: 'folder:/www/shop', since: after }),
      aThing('server-settings', '/etc/nginx', { facts: { folder: true } }),
      aThing('folder', '/srv/later', { facts: { folder: true } }),
    ];
    const keeping = {
      folders: ['/www/shop/', '/srv/later'],
      isLeftOut: (_: string, path: string) => path.includes('/cache/'),
    };
    const site = aSite('/www/shop/');
    expect(judged({ things, keeping, snapshots: [aSnapshot({}), aSnapshot({ site })] })).toEqual({
      'folder:/www/shop': 'kept',
      'folder:/www/shop2': 'open not-chosen +',
      'folder:/www': 'open only-part +',
      'key-file:/www/shop/.env': 'kept',
      'key-file:/www/shop/cache/a.key': 'open left-out +',
      'key-file:/www/shop/new.key': 'next next-backup',
      'server-settings:/etc/nginx': 'open not-chosen +',
      'folder:/srv/later': 'next next-backup',
    });
  });

  it('takes nothing that is chosen no more for kept, whatever older snapshots have', () => {
    const things = [aThing('folder', '/www/shop', { facts: { folder: true } }), aThing('database', 'shop')];
    const snapshots = [aSnapshot({ site: aSite('/www/shop') })];
    expect(judged({ things, snapshots, keeping: { databases: ['other'] } })).toEqual({
      'folder:/www/shop': 'open not-chosen +',
      'database:shop': 'open not-chosen +',
    });
  });

  it('offers nothing that cannot be done: without SSH no folder, and no name that cannot be written', () => {
    const things = [
      aThing('folder', '/www/shop', { facts: { folder: true } }),
      { ...aThing('folder', '/www/?', { facts: { folder: true } }), id: 'folder:#0123' },
    ];
    expect(judged({ things, keeping: { hasSsh: false } })['folder:/www/shop']).toBe('open not-chosen');
    expect(judged({ things })['folder:#0123']).toBe('open not-chosen');
  });

  it('has a single file from the first snapshot on that was taken since it was named', () => {
    const things = [
      aThing('key-file', '/srv/pay.key'),
      aThing('crontab', 'root'),
      aThing('server-settings', '/etc/crontab'),
    ];
    const items = [
      { item: '/srv/pay.key', since: before },
      { item: 'crontab', since: after },
    ];
    const snapshots = [aSnapshot({ site: aSite('/@server') })];
    expect(judged({ things, keeping: { items }, snapshots })).toEqual({
      'key-file:/srv/pay.key': 'kept',
      'crontab:root': 'next next-backup',
      'server-settings:/etc/crontab': 'open not-chosen +',
    });
  });

  it('is satisfied with Redis and accounts only when the newest snapshot has them', () => {
    const things = [aThing('redis', 'system-settings'), aThing('accounts', 'users')];
    expect(judged({ things })).toEqual({
      'redis:system-settings': 'open not-chosen',
      'accounts:users': 'open not-chosen +',
    });
    const keeping = { redis: ['system-settings'], accounts: true };
    expect(judged({ things, keeping, snapshots: [aSnapshot({ settings: [] })] })).toEqual({
      'redis:system-settings': 'open nothing-kept',
      'accounts:users': 'next next-backup',
    });
  });
});

describe('thingsSeen', () => {
  const nothing: LookedServer = { server: null, files: null, cronLines: null, login: 'www', redis: [], failed: [] };
  const withDatabase = (...names: readonly string[]): LookedServer => ({
    ...nothing,
    server: {
      databases: names.map((name) => ({ name, things: [], roughBytes: 0, hidden: [] })),
      seesAllDatabases: true,
      isCut: false,
    },
  });
  const idsOf = (look: { readonly things: readonly SeenThing[] }) => look.things.map(({ id }) => id);

  it('gives names that can be typed, and a hash for those that cannot', () => {
    const { things } = thingsSeen(withDatabase('shop', 'ev\u001b[2Jil', 'a\u202eb'), looked, null);
    expect(things.map(({ id }) => id.replace(/#[0-9a-f]{24}$/, '#'))).toEqual([
      'database:shop',
      'database:#',
      'database:#',
      'accounts:users',
    ]);
    expect(things.every(({ name }) => !/[\p{Cc}\p{Cf}]/u.test(name))).toBe(true);
  });

  it('remembers since when a thing is there; what the first look saw was there before', () => {
    const first = thingsSeen(withDatabase('shop'), before, null);
    const second = thingsSeen(withDatabase('shop', 'new'), looked, first);
    const third = thingsSeen(withDatabase('shop', 'new'), after, second);
    expect(third.things.map(({ id, since }) => [id, since])).toEqual([
      ['database:shop', null],
      ['database:new', looked],
      ['accounts:users', null],
    ]);
  });

  it('forgets nothing because nobody could ask', () => {
    const first = thingsSeen(withDatabase('shop'), before, null);
    const failed = [{ what: 'server' as const, code: 'mysql.unreachable' }];
    expect(idsOf(thingsSeen({ ...nothing, failed }, looked, first))).toEqual([
      'database:shop',
      'accounts:users',
      'unseen:server',
    ]);
  });
});

interface Wish {
  readonly things: readonly SeenThing[];
  readonly keeping?: Partial<Keeping>;
  readonly accepted?: readonly AcceptedThing[];
  readonly snapshots?: readonly Manifest[];
}

/** State and reason by id; `+`: one word is enough to have it kept. */
function judged({ things, keeping = {}, accepted = [], snapshots = [aSnapshot({})] }: Wish): Record<string, string> {
  const request: CoverRequest = {
    look: { at: looked, things: [...things] },
    accepted,
    snapshots,
    keeping: {
      databases: [],
      folders: [],
      items: [],
      accounts: false,
      redis: [],
      hasSsh: true,
      isLeftOut: () => false,
      ...keeping,
    },
  };
  return Object.fromEntries(
    coverThings(request).map(({ id, state, reason, canBeKept }) => [
      id,
      [state, ...(reason === null ? [] : [reason]), ...(canBeKept ? ['+'] : [])].join(' '),
    ]),
  );
}

function aThing(kind: CoverageKind, name: string, fields: Partial<SeenThing> = {}): SeenThing {
  return { id: `${kind}:${name}`, kind, name, matters: true, facts: {}, since: null, ...fields };
}

function anAnswer(kind: CoverageKind, name: string, within: string[] = []): AcceptedThing {
  return { id: `${kind}:${name}`, kind, name, at: before, reason: null, within };
}

/** Of the database `shop` with the table `good`, taken at `looked`. */
function aSnapshot(fields: Partial<Manifest>): Manifest {
  const base = aManifest();
  return {
    ...base,
    at: looked,
    databases: [{ name: 'shop', schemaChunk: 'a'.repeat(64) }],
    tables: [
      {
        database: 'shop',
        name: 'good',
        rows: 1,
        textBytes: 1,
        ranges: 1,
        transactional: true,
        sealed: false,
        tableChunk: 'a'.repeat(64),
      },
    ],
    ...fields,
  };
}

function aSite(folder: string): NonNullable<Manifest['site']> {
  const none = { files: 0, folders: 0, links: 0, bytes: 0, unread: 0, leftOut: 0 };
  return {
    roots: [{ folder, pages: [], ...none }],
    storedBytes: 0,
    read: { files: 0, bytes: 0, reused: 0 },
    findings: [],
  };
}
