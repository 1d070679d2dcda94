import type { ChecklistItem } from '../../../shared/model/checklist.ts';

export function sampleChecklist(nowMs: number): ChecklistItem[] {
  const secondsAgo = (seconds: number): string => new Date(nowMs - seconds * 1000).toISOString();
  const before = (hours: number): string => secondsAgo(hours * 3600);
  const unknown: Omit<ChecklistItem, 'id'> = { state: 'unknown', evidence: [], since: null, todo: 'not-yet' };
  return [
    { id: 'replica', ...unknown },
    {
      id: 'daily-snapshot-second-disk',
      state: 'ok',
      evidence: [{ id: 'copy-listed', at: before(3), facts: { destination: '第二块硬盘' } }],
      since: before(120),
      todo: null,
    },
    {
      id: 'two-clouds-encrypted',
      state: 'warn',
      evidence: [{ id: 'copy-written', at: before(3), facts: { destination: '阿里云' } }],
      since: before(120),
      todo: 'add-second-cloud',
    },
    {
      id: 'weekly-cold-offsite',
      state: 'ok',
      evidence: [{ id: 'copy-listed', at: before(27), facts: { destination: '蓝色 U 盘' } }],
      since: before(27),
      todo: null,
    },
    { id: 'restore-tested', state: 'fail', evidence: [], since: null, todo: 'rehearse-restore' },
    {
      id: 'card-vault',
      state: 'ok',
      evidence: [{ id: 'sealed-in-snapshot', at: before(3), facts: { tables: 2 } }],
      since: before(120),
      todo: null,
    },
    {
      id: 'coverage',
      state: 'fail',
      evidence: [
        { id: 'rows-proven', at: before(3), facts: { rows: 538_026 } },
        { id: 'coverage-open', at: before(2), facts: { open: 3, all: 61, kept: 57, accepted: 1 } },
        {
          id: 'coverage-not-chosen',
          at: before(2),
          facts: { count: 3, names: 'shop_old, /www/wwwroot/pay.example.com, crontab:root' },
        },
        { id: 'coverage-cannot-see', at: before(2), facts: { count: 1, names: '' } },
      ],
      since: before(3),
      todo: 'answer-coverage',
    },
    {
      id: 'recovery-kit',
      state: 'warn',
      evidence: [{ id: 'kit-written', at: before(120), facts: {} }],
      since: before(120),
      todo: 'rehearse-kit',
    },
    {
      id: 'stream-rpo',
      state: 'ok',
      evidence: [
        { id: 'log-stored', at: secondsAgo(4), facts: { destination: '主硬盘', seconds: 4 } },
        { id: 'log-stored', at: secondsAgo(42), facts: { destination: '阿里云', seconds: 42 } },
      ],
      since: before(6),
      todo: null,
    },
    { id: 'alarm', ...unknown },
  ];
}
