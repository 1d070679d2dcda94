import { appendFile, mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { TestClock } from '../../repository/testing/keys.ts';
import { AuditLog } from './audit-log.ts';

describe('AuditLog', () => {
  let dir: string;
  let path: string;
  let log: AuditLog;
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'shouhu-audit-'));
    path = join(dir, 'audit.jsonl');
    log = new AuditLog(dir, new TestClock());
    for (const n of [1, 2, 3]) await log.append(`deed-${n}`, { n, name: '小店' });
  });
  afterEach(() => rm(dir, { recursive: true, force: true }));

  const lines = async () => (await readFile(path, 'utf8')).trimEnd().split('\n');
  const rewrite = async (change: (lines: string[]) => string[]) =>
    writeFile(
      path,
      change(await lines())
        .map((line) => `${line}\n`)
        .join(''),
    );
  const seen = async () => {
    const { intact, entries } = await log.read();
    return { intact, actions: entries.map(({ action }) => action) };
  };

  it('is empty and intact before the first deed', async () => {
    const other = new AuditLog(join(dir, 'nowhere'), new TestClock());
    expect(await other.read()).toEqual({ intact: true, entries: [] });
  });

  it('reads what was appended', async () => {
    expect(await seen()).toEqual({ intact: true, actions: ['deed-1', 'deed-2', 'deed-3'] });
    expect((await log.read()).entries[0]).toMatchObject({
      at: '2026-11-22T14:00:00.000Z',
      facts: { n: 1, name: '小店' },
    });
  });

  it.each<[string, (lines: string[]) => string[], string[]]>([
    ['an edit', ([a, b, c]) => [a!, b!.replace('"n":2', '"n":7'), c!], ['deed-1']],
    ['an edited time', ([a, b, c]) => [a!, b!.replace('14:00', '13:00'), c!], ['deed-1']],
    ['a line taken out', ([a, , c]) => [a!, c!], ['deed-1']],
    ['the first line taken out', ([, b, c]) => [b!, c!], []],
    ['lines in another order', ([a, b, c]) => [a!, c!, b!], ['deed-1', 'deed-2']],
    ['the last line cut off', ([a, b]) => [a!, b!], ['deed-1', 'deed-2']],
    ['an empty log', () => [], []],
  ])('notices %s', async (_, change, actions) => {
    await rewrite(change);
    expect(await seen()).toEqual({ intact: false, actions });
  });

  it('does not forget what it noticed, and what is appended afterwards counts', async () => {
    await rewrite(([a, b]) => [a!, b!]);
    await log.append('later', {});
    await log.append('later still', {});
    expect(await seen()).toEqual({ intact: false, actions: ['deed-1', 'deed-2', 'later', 'later still'] });
  });

  it('takes a line that a power cut tore for one that was never written', async () => {
    await appendFile(path, '{"at":"2026-11-22T14:00:00.000Z","act');
    await log.append('after the cut', {});
    expect(await seen()).toEqual({ intact: true, actions: ['deed-1', 'deed-2', 'deed-3', 'after the cut'] });
  });

  it('notices that a line it had promised is torn', async () => {
    await truncate(path, (await readFile(path)).length - 10);
    await log.append('later', {});
    expect(await seen()).toEqual({ intact: false, actions: ['deed-1', 'deed-2', 'later'] });
  });

  it('goes on without its head, and with one that is damaged', async () => {
    await rm(join(dir, 'audit.head.json'));
    await log.append('deed-4', {});
    await writeFile(join(dir, 'audit.head.json'), 'x');
    await log.append('deed-5', {});
    expect(await seen()).toEqual({ intact: true, actions: ['deed-1', 'deed-2', 'deed-3', 'deed-4', 'deed-5'] });
  });

  it('stays one chain when two programs write at the same time', async () => {
    const others = [log, new AuditLog(dir, new TestClock()), new AuditLog(dir, new TestClock())];
    await Promise.all(others.flatMap((each, who) => [1, 2, 3, 4].map((n) => each.append(`${who}-${n}`, {}))));

    const { intact, actions } = await seen();
    expect([intact, actions.length]).toEqual([true, 15]);
    expect(actions.filter((action) => action.startsWith('1-'))).toEqual(['1-1', '1-2', '1-3', '1-4']);
  });
});
