import { expect, it } from 'vitest';
import {
  chunkName,
  diskMarkerName,
  headerName,
  leaseName,
  manifestName,
  maxNamedObjectBytes,
  maxObjectBytes,
  readmeName,
  recoverScriptName,
  streamName,
} from './format.ts';

/** What FAT32 and exFAT allow (Microsoft EFI FAT32 specification 1.03; exFAT specification): every stick of every owner. */
const id = '0192aabb-ccdd-4eee-8fff-001122334455';
const names = [
  headerName,
  readmeName,
  recoverScriptName,
  diskMarkerName,
  chunkName('ab'.repeat(32)),
  manifestName('2026-11-22T14:00:00.000Z', id),
  streamName(id, 12, id),
  leaseName(id),
];

it('every name can be written on a FAT disk, whatever its case becomes', () => {
  for (const part of names.flatMap((name) => name.split('/'))) {
    expect(part).toMatch(/^[A-Za-z0-9._-]{1,255}$/);
    expect(part).not.toMatch(/[. ]$|^(con|prn|aux|nul|com\d|lpt\d)([.]|$)/i);
  }
  expect(new Set(names.map((name) => name.toLowerCase())).size).toBe(names.length);
});

it('no object comes near 4 GiB, where FAT32 ends a file', () => {
  expect(Math.max(maxObjectBytes, maxNamedObjectBytes)).toBeLessThan(2 ** 32 - 1);
});

it('a folder of chunks stays within the 65,536 entries of a FAT32 folder at a million objects', () => {
  // A long name takes one entry for each 13 characters and one for its short name.
  const entries = (name: string): number => Math.ceil((name.split('/').at(-1) ?? '').length / 13) + 1;
  const folders = 256;
  expect((1_000_000 / folders) * entries(chunkName('ab'.repeat(32)))).toBeLessThan(65_536);
  // Snapshots share one folder: twenty-five years of nights.
  expect(365 * 25 * entries(manifestName('2026-11-22T14:00:00.000Z', id))).toBeLessThan(65_536);
});
