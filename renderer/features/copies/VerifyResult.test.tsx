import { MantineProvider } from '@mantine/core';
import { renderToStaticMarkup } from 'react-dom/server';
import { I18nextProvider } from 'react-i18next';
import { expect, it } from 'vitest';
import { createScriptedClient } from '../../bridge/scripted-client.ts';
import type { CommandOutput } from '../../../shared/ipc/contract.ts';
import { createI18n } from '../../i18n/i18n.ts';
import { VerifyResult } from './VerifyResult.tsx';

type Result = CommandOutput<'verify.run'>;

const sound: Result = {
  objects: 318,
  read: 318,
  bytesRead: 108_120_000,
  damaged: [],
  missing: [],
  healed: [],
  gone: [],
  snapshots: 4,
  durationMs: 8_400,
};
const ids = (count: number) => Array.from({ length: count }, (_, index) => index.toString(16).padStart(64, '0'));
const rotten = (count: number) => ids(count).map((object) => ({ object, reason: 'tag' }));

function shown(changes: Partial<Result>): string {
  return renderToStaticMarkup(
    <I18nextProvider i18n={createI18n('zh')}>
      <MantineProvider>
        <VerifyResult result={{ ...sound, ...changes }} healFrom="阿里云" />
      </MantineProvider>
    </I18nextProvider>,
  );
}

it('says from when to when the log cannot be given back', () => {
  const place = { file: 'log.000001', from: 4, to: 900 };
  const [fromAt, untilAt] = ['2026-11-22T05:59:00.000Z', '2026-11-22T06:01:00.000Z'];
  const page = shown({ missing: ids(1), brokenLogs: [{ source: '小店', ...place, fromAt, untilAt }] });
  expect(page).toContain('「小店」的日志从 2026');
  expect(page).toContain('快照本身不受影响');
  expect(shown({ missing: ids(1) })).not.toContain('的日志从');
});

it('is not repaired while one object is still damaged, however many were healed', () => {
  const page = shown({ damaged: rotten(3), healed: ids(5) });
  expect(page).toContain('这处副本有需要处理的地方');
  expect(page).toContain('选择一处完好的副本作为修复来源');
  expect(page).not.toContain('已经修好');
});

it('says what was healed when nothing is left', () => {
  const page = shown({ healed: ids(5) });
  expect(page).toContain('发现了损坏，已经修好');
  expect(page).toContain('已从「阿里云」修复 5 个对象');
  expect(page).not.toContain('这处副本完好');
});

it('says that snapshots are lost, and which are only tidied up', () => {
  const lost = shown({ missing: ['manifests/20261120T180000Z-00000000-0000-4000-8000-000000000001', ...ids(2)] });
  expect(lost).toContain('有 1 个快照不见了');
  const tidied = shown({ gone: ['00000000-0000-4000-8000-000000000001'] });
  expect(tidied).toContain('这处副本完好');
  expect(tidied).toContain('有 1 个旧快照不在这里了');
});

it('calls a copy sound only when all of it was read and there is something to restore', () => {
  expect(shown({})).toContain('这处副本完好');
  const sampled = shown({ read: 32 });
  expect(sampled).not.toContain('这处副本完好');
  expect(sampled).toContain('另有 286 个这次没有读');
  expect(shown({ objects: 0, read: 0, snapshots: 0 })).toContain('这里一个快照也没有');
});

it('answers in the scripted app as the engine does: what was healed is in no other list', async () => {
  const client = createScriptedClient({ scene: 'shop' });
  const [destination] = client.world.damaged;
  const verify = async (healFrom: string | null) => {
    const jobId = crypto.randomUUID();
    const outcome = await client.call('verify.run', { jobId, destination: destination!, readPercent: 100, healFrom });
    if (!outcome.ok) throw new Error(outcome.error.code);
    return outcome.value;
  };
  const copies = () =>
    client.world.snapshots.flatMap((one) => one.copies).filter((one) => one.destination === destination);

  expect(await verify(null)).toMatchObject({ damaged: [{}], missing: [expect.any(String)], healed: [] });
  expect(copies().map(({ intact }) => intact)).not.toContain(true);
  expect(await verify('主硬盘')).toMatchObject({
    damaged: [],
    missing: [],
    healed: [{}, {}].map(() => expect.any(String) as unknown),
  });
  expect(copies().map(({ intact }) => intact)).not.toContain(false);
  expect(await verify(null)).toMatchObject({ damaged: [], missing: [], healed: [] });
});
