import type { ChecklistItem } from '../../../shared/model/checklist.ts';

export function sampleChecklist(nowMs: number): ChecklistItem[] {
  const before = (hours: number): string => new Date(nowMs - hours * 3_600_000).toISOString();
  const unknown: Omit<ChecklistItem, 'id'> = { state: 'unknown', evidence: [], since: null, todo: null };
  return [
    { id: 'replica', ...unknown },
    {
      id: 'daily-snapshot-second-disk',
      state: 'ok',
      evidence: [{ id: 'snapshot-on-destination', at: before(3), facts: { destination: '第二块硬盘' } }],
      since: before(120),
      todo: null,
    },
    {
      id: 'two-clouds-encrypted',
      state: 'warn',
      evidence: [{ id: 'snapshot-on-destination', at: before(3), facts: { destination: '阿里云' } }],
      since: before(120),
      todo: 'add-second-cloud',
    },
    {
      id: 'weekly-cold-offsite',
      state: 'ok',
      evidence: [{ id: 'snapshot-on-destination', at: before(27), facts: { destination: '蓝色 U 盘' } }],
      since: before(27),
      todo: null,
    },
    { id: 'restore-tested', state: 'fail', evidence: [], since: null, todo: 'restore-into-sandbox' },
    {
      id: 'card-vault',
      state: 'ok',
      evidence: [{ id: 'secret-columns-sealed', at: before(3), facts: { columns: 'carmis.carmi, orders.info' } }],
      since: before(120),
      todo: null,
    },
    { id: 'coverage', ...unknown },
    {
      id: 'recovery-kit',
      state: 'warn',
      evidence: [{ id: 'kit-written', at: before(120), facts: {} }],
      since: before(120),
      todo: 'rehearse-kit',
    },
    { id: 'stream-rpo', ...unknown },
    { id: 'alarm', ...unknown },
  ];
}
