import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { demoTables } from '../../demo/shop-schema.ts';
import { startSource, type SourceServer } from '../../source/mysql/testing/source-server.ts';
import { openEngine, type Engine } from '../engine.ts';

describe('a column that comes to a shop and looks like cards', () => {
  let source: SourceServer;
  let dir: string;
  let engine: Engine;

  beforeAll(async () => {
    source = await startSource();
    await source.run(
      'CREATE DATABASE shop CHARACTER SET utf8mb4',
      'USE shop',
      ...demoTables,
      "INSERT INTO carmis (id, goods_id, status, carmi) VALUES (1, 1, 1, 'SECRET-1'), (2, 1, 1, 'SECRET-2')",
    );
    dir = await mkdtemp(join(tmpdir(), 'shouhu-columns-'));
    engine = await openEngine({ homeDir: join(dir, 'home'), language: 'zh' });
    const passphrases = { passphrase: 'correct horse battery', vaultPassphrase: 'another staple entirely' };
    await engine.call('home.init', { ...passphrases, kitDir: null, language: 'zh' });
    const { host, port, user, password } = source.target;
    await engine.call('source.add', {
      name: 'shop',
      mysql: { host, port, user, password },
      ssh: null,
      databases: ['shop'],
      preset: 'auto',
      secretColumns: [],
      ledgers: [],
      files: [],
    });
    await engine.call('destination.add', {
      kind: 'disk',
      name: 'main',
      role: 'main',
      place: null,
      path: join(dir, 'disk'),
    });
  });
  afterAll(async () => {
    await engine.close();
    await source.stop();
    await rm(dir, { recursive: true, force: true });
  });

  const backup = async () => {
    const { checks, snapshot } = await engine.call('backup.run', { source: 'shop', to: [], maxBytesPerSecond: null });
    const { manifest } = await engine.call('snapshot.show', { snapshot: snapshot.id });
    const sealed = manifest.tables.filter((table) => table.sealed).map(({ name }) => name);
    // A table that was dropped is remembered by a check of its own.
    expect(checks.filter(({ id, ok }) => !ok && id !== 'tables-still-there')).toEqual([]);
    return { asked: checks.find(({ id }) => id === 'columns-asked')?.facts['columns'] ?? '', sealed: sealed.sort() };
  };
  const saved = async () => (await engine.call('source.list', {})).sources[0]!;
  const vault = async () => {
    const { items } = await engine.call('checklist', { source: 'shop' });
    return items.find(({ id }) => id === 'card-vault')!;
  };

  it('is sealed and asked about until the owner says what it is, and the backup stays green', async () => {
    expect(await backup()).toEqual({ asked: '', sealed: ['carmis', 'orders'] });
    await source.run(
      'ALTER TABLE carmis ADD COLUMN spare TEXT NULL, ADD COLUMN note TEXT NULL, ADD COLUMN weight INT NULL',
      'CREATE TABLE carmis_backup AS SELECT * FROM carmis',
      'CREATE TABLE articles (id INT PRIMARY KEY, title VARCHAR(80), content TEXT)',
      "UPDATE carmis SET spare = 'SECRET-3'",
    );
    const asked = 'carmis.spare, carmis_backup.carmi, carmis_backup.spare';
    const first = await backup();
    expect(first.asked.toString().split(', ').sort().join(', ')).toContain(asked);
    expect(first.sealed).toEqual(['carmis', 'carmis_backup', 'orders']);
    const questions = (await saved()).questions!;
    expect(questions.map(({ name, reason }) => [name, reason])).toEqual(
      expect.arrayContaining([
        ['carmis.spare', 'table-cards'],
        ['carmis_backup.carmi', 'comment-card'],
        ['carmis_backup.spare', 'table-cards'],
      ]),
    );
    expect((await saved()).secretColumns).toEqual(expect.arrayContaining(['carmis.spare', 'carmis_backup.carmi']));
    // Not silence the second night either.
    expect((await backup()).asked).toBe(first.asked);
    expect(await vault()).toMatchObject({ state: 'warn', todo: 'answer-columns' });
    expect((await vault()).evidence.some(({ id }) => id === 'columns-asked')).toBe(true);

    await engine.call('source.set', {
      name: 'shop',
      secretColumns: ['carmis_backup.carmi'],
      openColumns: ['carmis.spare', 'carmis_backup.spare'],
    });
    const left = (await saved()).questions!.map(({ name }) => name);
    expect(left).toEqual([]);
    expect(await backup()).toMatchObject({ asked: '', sealed: ['carmis', 'carmis_backup', 'orders'] });
    expect((await saved()).secretColumns).toContain('carmis_backup.carmi');
    expect((await saved()).secretColumns).not.toContain('carmis.spare');
    expect(await vault()).toMatchObject({ state: 'ok' });
  });

  it('is asked about in a table whose name says nothing of cards', async () => {
    await source.run('ALTER TABLE goods ADD COLUMN card_secret VARCHAR(200) NULL, ADD COLUMN content TEXT NULL');
    const { asked, sealed } = await backup();
    expect([asked, sealed]).toEqual(['goods.card_secret', ['carmis', 'carmis_backup', 'goods', 'orders']]);
    expect((await saved()).questions).toMatchObject([{ name: 'goods.card_secret', reason: 'name-card' }]);
    await engine.call('source.set', { name: 'shop', openColumns: ['goods.card_secret'] });
  });

  it('is forgotten when it goes before anybody has said what it is', async () => {
    await source.run('CREATE TABLE kami_tmp AS SELECT id, carmi AS content FROM carmis');
    expect((await backup()).asked).toBe('kami_tmp.content');
    await source.run('DROP TABLE kami_tmp');
    const { checks } = await engine.call('backup.run', { source: 'shop', to: [], maxBytesPerSecond: null });
    expect(checks.filter(({ id }) => id === 'secrets-found' || id === 'columns-asked')).toMatchObject([
      { id: 'secrets-found', ok: true },
    ]);
    expect((await saved()).questions).toEqual([]);
    expect((await saved()).secretColumns).not.toContain('kami_tmp.content');
  });

  it('is not asked again on another computer, and neither is what needs no backup', async () => {
    await engine.call('source.set', { name: 'shop', openColumns: ['goods.content'] });
    const { things } = await engine.call('coverage.show', { source: 'shop', look: true });
    const open = things.find(({ state, kind }) => state === 'open' && kind !== 'unseen')!;
    await engine.call('coverage.answer', { source: 'shop', accept: [open.id], reason: 'not mine', askAgain: [] });
    await backup();
    const before = await saved();
    const other = await openEngine({ homeDir: join(dir, 'other'), language: 'zh' });
    const secret = { kind: 'passphrase', passphrase: 'correct horse battery' } as const;
    await other.call('recover.run', { from: { kind: 'disk', path: join(dir, 'disk') }, secret });
    const theirs = async () => (await other.call('source.list', {})).sources[0]!;
    expect((await theirs()).openColumns).toEqual(before.openColumns);
    // Completed with what no snapshot holds.
    const { host, port, user, password } = source.target;
    const mysql = { host, port, user, password };
    await other.call('source.add', {
      name: 'shop',
      mysql,
      ssh: null,
      databases: ['shop'],
      preset: 'auto',
      secretColumns: [],
      ledgers: [],
      files: [],
    });
    expect(await theirs()).toMatchObject({
      openColumns: before.openColumns,
      secretColumns: expect.arrayContaining(before.secretColumns) as string[],
    });
    const seen = await other.call('coverage.show', { source: 'shop', look: true });
    expect(seen.things.find(({ id }) => id === open.id)).toMatchObject({
      state: 'accepted',
      accepted: { reason: 'not mine' },
    });
    await other.close();
  });

  it('is sealed without a question when the program is known to have it, and a sealed column that goes is red as ever', async () => {
    await source.run(
      'CREATE TABLE failed_jobs (id INT PRIMARY KEY, payload LONGTEXT)',
      "INSERT INTO failed_jobs VALUES (1, 'SECRET-1')",
    );
    const after = await backup();
    expect(after.asked).toBe('');
    expect(after.sealed).toContain('failed_jobs');
    expect((await saved()).secretColumns).toContain('failed_jobs.payload');
    await source.run('ALTER TABLE carmis RENAME COLUMN carmi TO kami');
    const { checks } = await engine.call('backup.run', { source: 'shop', to: [], maxBytesPerSecond: null });
    expect(checks.find(({ id }) => id === 'secrets-found')).toMatchObject({
      ok: false,
      facts: { columns: 'carmis.carmi' },
    });
    // And what it is called now is sealed all the same.
    expect(checks.find(({ id }) => id === 'columns-asked')?.facts['columns']).toBe('carmis.kami');
  });
});
