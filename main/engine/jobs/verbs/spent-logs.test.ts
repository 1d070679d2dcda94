import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { Manifest } from '../../../../shared/model/snapshot.ts';
import { Catalog } from '../../catalog/catalog.ts';
import { aManifest } from '../../repository/testing/a-shop.ts';
import { recordedEvents, sourceId, StoredLog } from '../../stream/testing/recorded-log.ts';
import { digester } from './shrunk-sources.ts';
import { SpentLogs } from './spent-logs.ts';

const startMs = Date.parse('2026-11-22T20:00:00Z');

/** A snapshot of the shop whose log it is, standing exactly at a place. */
function standingAt(id: string, position: number): Manifest {
  return aManifest({
    id: `${id}aaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee`,
    source: { id: sourceId, name: '小店', preset: null },
    coordinate: { file: 'log.000001', position, gtid: null },
    lock: { method: 'ftwrl', waitedMs: 1, heldMs: 2, coordinateExact: true },
  });
}

it('frees log before the oldest snapshot that any copy has, and says why the rest stays', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'shouhu-spent-'));
  const log = await StoredLog.make();
  const catalog = await Catalog.open(join(dir, 'catalog.sqlite'), log.clock);
  try {
    const written = await log.write(recordedEvents('log.000001', startMs), { cut: () => 4, isSealed: () => false });
    const names = written.map(({ name }) => name);
    const [early, later] = [standingAt('1', written[3]!.record.from + 1), standingAt('2', written[6]!.record.from + 1)];
    const digest = digester();
    const found = (manifest: Manifest) => ({
      ...{ name: manifest.id, id: manifest.id, sourceId, sizeBytes: 1, modifiedAtMs: 1, isWhole: true },
      digest: digest(manifest),
    });
    const logsFor = (payloads: ReadonlyMap<string, string>) => {
      const logs = new SpentLogs({ catalog }, 'this-copy');
      for (const [name, payload] of payloads) logs.note(name, Buffer.from(payload));
      return logs;
    };
    const payloads = new Map(written.map(({ name, record }) => [name, JSON.stringify(record)]));
    const chosen = (...staying: readonly Manifest[]) => {
      const logs = logsFor(payloads);
      const going = logs.choose(staying.map(found));
      return { going: [...going], report: logs.reportOf(going, staying.map(found)) };
    };
    const because = 'oldest-snapshot';
    expect(chosen(early, later)).toEqual({
      going: names.slice(0, 3),
      report: [{ source: '小店', records: 3, because }],
    });
    expect(chosen(later).going).toEqual(names.slice(0, 6));

    // Its last copy is the one that is tidied up, and there it goes.
    catalog.addSnapshot(early, 'manifests/early', 1);
    catalog.recordCopy(early.id, 'this-copy', 'listed', true);
    expect(chosen(later).going).toEqual(names.slice(0, 6));
    // A disk in the drawer has it still: with the log of this place it leads to every second since.
    catalog.recordCopy(early.id, 'drawer', 'listed', true);
    expect(chosen(later).going).toEqual(names.slice(0, 3));

    const unknown = logsFor(new Map([...payloads, [names[0]!, '{"of":"another version"}']]));
    expect([...unknown.choose([found(later)])]).toEqual([]);
    expect(unknown.reportOf(new Set(), [found(later)])).toEqual([
      { source: '小店', records: 0, because: 'unreadable' },
    ]);
  } finally {
    catalog.close();
    await rm(dir, { recursive: true, force: true });
  }
});
