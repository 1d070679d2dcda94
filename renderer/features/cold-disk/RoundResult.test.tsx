import { MantineProvider } from '@mantine/core';
import { renderToStaticMarkup } from 'react-dom/server';
import { I18nextProvider } from 'react-i18next';
import { expect, it } from 'vitest';
import type { CommandOutput } from '../../../shared/ipc/contract.ts';
import { createI18n } from '../../i18n/i18n.ts';
import { RoundResult } from './ColdRoundView.tsx';

const day = '2026-11-30';
const round: CommandOutput<'cold.run'> = {
  destination: '北京盘',
  place: null,
  from: '主硬盘',
  snapshots: [],
  objectsCopied: 0,
  bytesCopied: 0,
  objectsSkipped: 0,
  lost: [],
  leftOut: 0,
  noRoom: null,
  rotten: [],
  verified: { objects: 125, read: 30, bytesRead: 7_902_111, damaged: 0, missing: 0, healed: 0 },
  flushed: true,
  eject: 'ejected',
  nextDue: day,
  next: { name: '北京盘', place: null, dueOn: day },
  notes: [],
  freeBytes: null,
  durationMs: 41_000,
};

function shown(changes: Partial<typeof round>): string {
  return renderToStaticMarkup(
    <I18nextProvider i18n={createI18n('zh')}>
      <MantineProvider>
        <RoundResult round={{ ...round, ...changes }} onDone={() => undefined} onTidyUp={() => undefined} />
      </MantineProvider>
    </I18nextProvider>,
  );
}

const calm = createI18n('zh').t('cold.safeTitle');

it('is no calm end when the system could not write everything down, even where the disk is out', () => {
  expect(shown({})).toContain(calm);
  expect(shown({ flushed: null })).toContain(calm);
  const page = shown({ flushed: false });
  expect(page).toContain('这一轮还不能算数');
  expect(page).not.toContain(calm);
});

it('names what no copy has whole beside what came', () => {
  expect(shown({})).not.toContain('没能补上的');
  expect(shown({ lost: ['6f1f6f2e-3f0b-4a52-9a53-0d6c1f2b7a99'] })).toContain('1 个旧快照');
});

it('is calm about old snapshots that did not fit, with what would make room, and not about the newest', () => {
  const id = '6f1f6f2e-3f0b-4a52-9a53-0d6c1f2b7a99';
  const figures = { neededBytes: 3_000_000, usableBytes: 1_000_000, reclaimableBytes: 0, removable: 0 };
  const old = shown({ noRoom: { ...figures, snapshots: [id], withoutNewest: [] } });
  expect(old).toContain(calm);
  expect(old).toContain('1 个旧快照，要 3 MB，能用的只剩 1 MB');
  expect(old).toContain('至少再大 2 MB');
  const frees = shown({ noRoom: { ...figures, snapshots: [id], withoutNewest: [], removable: 4 } });
  expect(frees).toContain('看看会清理哪些');
  const newest = shown({ noRoom: { ...figures, snapshots: [id], withoutNewest: [id] } });
  expect(newest).not.toContain(calm);
  expect(newest).toContain('没有放下每家店最新的快照');
  expect(newest).toContain('或换一块更大的盘，再走一轮');
  expect(newest).not.toContain('想把旧的也带上');
});

it('says which copy it was filled from is damaged, and what to do about it', () => {
  const id = '6f1f6f2e-3f0b-4a52-9a53-0d6c1f2b7a99';
  const page = shown({ rotten: [{ destination: '主硬盘', objects: 2, snapshots: [id] }] });
  expect(page).toContain('「主硬盘」上有 2 个数据块坏了或不见了，那里有 1 个快照受影响');
  expect(page).toContain('修复来源选「北京盘」');
});
