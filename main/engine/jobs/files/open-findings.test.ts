import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { SiteFinding, SiteSummary } from '../../../../shared/model/site-files.ts';
import { Catalog } from '../../catalog/catalog.ts';
import { aManifest } from '../../repository/testing/a-shop.ts';
import { TestClock } from '../../repository/testing/keys.ts';
import { openFindings, snapshotsToLookAt } from './open-findings.ts';

/** What nobody has looked at yet, out of a real catalog. */
const name = '小店';
const dayMs = 24 * 3_600_000;
const config: SiteFinding = { kind: 'config-changed', path: '.env', change: 'changed' };
const script: SiteFinding = { kind: 'script-in-uploads', path: 'uploads/shell.php', change: 'added' };
let dir: string;
let clock: TestClock;
let catalog: Catalog;

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'shouhu-findings-'));
  clock = new TestClock();
  catalog = await Catalog.open(join(dir, 'catalog.sqlite'), clock);
});
afterEach(async () => {
  catalog.close();
  await rm(dir, { recursive: true, force: true });
});

/** A snapshot of so many days ago (below zero: a clock that was ahead). */
function night(digit: string, daysAgo: number, findings: SiteFinding[]): string {
  const id = `${digit}f1f6f2e-3f0b-4a52-9a53-0d6c1f2b7a11`;
  const at = new Date(clock.nowMs() - daysAgo * dayMs).toISOString();
  const root = { folder: '/www', pages: [], files: 1, folders: 0, links: 0, bytes: 1, unread: 0, leftOut: 0 };
  const site: SiteSummary = { roots: [root], storedBytes: 0, read: { files: 0, bytes: 0, reused: 0 }, findings };
  catalog.addSnapshot(aManifest({ id, at, site }), `manifests/${digit}`, 1);
  return id;
}

it('names each by itself: the same file changed twice is two', () => {
  night('a', 2, [config]);
  night('b', 1, [config, script]);
  const open = openFindings({ catalog }, { name });
  expect(open.map(({ path }) => path)).toEqual(['.env', '.env', 'uploads/shell.php']);
  expect(new Set(open.map(({ id }) => id)).size).toBe(3);
  const rest = openFindings({ catalog }, { name, seenFindings: [open[1]!.id] });
  expect(rest).toEqual([open[0], open[2]]);
});

it('a night with a clock that ran ahead, once looked at, hides no later night', () => {
  night('a', -300, [config]);
  const [seen] = openFindings({ catalog }, { name });
  const later = night('b', 0, [script]);
  const open = openFindings({ catalog }, { name, seenFindings: [seen!.id] });
  expect(open.map(({ snapshot }) => snapshot.id)).toEqual([later]);
});

it('what earlier versions took for seen stays seen', () => {
  night('a', 9, [config]);
  const newer = night('b', 3, [script]);
  const filesSeenAt = new Date(clock.nowMs() - 5 * dayMs).toISOString();
  expect(openFindings({ catalog }, { name, filesSeenAt }).map(({ snapshot }) => snapshot.id)).toEqual([newer]);
});

it('holds tidying up for ninety days and no longer', () => {
  night('a', 91, [config]);
  const held = night('b', 89, [config]);
  night('c', 3, []);
  expect([...snapshotsToLookAt({ catalog, clock }, [{ name }, { name: 'another' }])]).toEqual([held]);
  const ids = openFindings({ catalog }, { name }).map(({ id }) => id);
  expect(snapshotsToLookAt({ catalog, clock }, [{ name, seenFindings: ids }]).size).toBe(0);
});
