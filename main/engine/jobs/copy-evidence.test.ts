import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { TestClock } from '../repository/testing/keys.ts';
import { snapshotsInEvidence, writeEvidence } from './copy-evidence.ts';
import { AuditLog } from './home/audit-log.ts';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'shouhu-evidence-'));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

it('names every snapshot, a hundred in a line, and one alone as it always was', async () => {
  const audit = new AuditLog(dir, new TestClock());
  const ids = Array.from({ length: 201 }, (_, n) => `snapshot-${n}`);
  await writeEvidence(audit, { action: 'copy.proven', state: 'read-back' }, 'disk', ids);
  await writeEvidence(audit, { action: 'copy.damaged' }, 'disk', []);
  const { intact, entries } = await audit.read();
  expect(intact).toBe(true);
  expect(entries).toHaveLength(3);
  expect(entries.flatMap(({ facts }) => snapshotsInEvidence(facts))).toEqual(ids);
  expect(entries[2]?.facts).toEqual({ destination: 'disk', snapshot: 'snapshot-200', state: 'read-back' });
});
