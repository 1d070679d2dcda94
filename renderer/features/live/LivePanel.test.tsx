import { MantineProvider } from '@mantine/core';
import { renderToStaticMarkup } from 'react-dom/server';
import { I18nextProvider } from 'react-i18next';
import { expect, it } from 'vitest';
import { aStream } from '../../bridge/scripted/sample-stream.ts';
import { shopName } from '../../bridge/scripted/sample-shop.ts';
import type { StreamStatus } from '../../../shared/model/stream.ts';
import { createI18n } from '../../i18n/i18n.ts';
import { LiveDetails } from './LivePanel.tsx';

function shown(changes: Partial<StreamStatus>): string {
  const seen = { status: aStream(shopName, changes), seenMs: Date.now() };
  return renderToStaticMarkup(
    <I18nextProvider i18n={createI18n('zh')}>
      <MantineProvider>
        <LiveDetails seen={seen} failed={undefined} onPause={() => undefined} />
      </MantineProvider>
    </I18nextProvider>,
  );
}

it('says calmly until when each copy holds the log', () => {
  expect(shown({})).toContain('实时跟随中 · 主硬盘 3 秒前 · 阿里云 41 秒前');
  const unknown = shown({ copies: [{ destination: '主硬盘', rpoMs: null, storedAt: null, errorCode: null }] });
  expect(unknown).toContain('主硬盘 还不知道');
  expect(unknown).not.toMatch(/主硬盘 \d/);
});

it('shows what to write into the server’s settings when it keeps no log', () => {
  const page = shown({ state: 'off', errorCode: 'binlog.off' });
  expect(page).toContain('[mysqld]\nlog_bin = binlog\nbinlog_format = ROW');
  expect(page).toContain('my.cnf');
});

it('says why it waits, what is wrong with a copy, and what a pause means', () => {
  expect(shown({ state: 'waiting', errorCode: 'snapshot.unknown' })).toContain('做完第一次备份');
  expect(shown({ state: 'waiting', errorCode: 'tunnel.lost' })).toContain('正在自动重连');
  expect(shown({ state: 'paused' })).toContain('继续跟随');
  const [disk, cloud] = aStream(shopName).copies;
  expect(shown({ copies: [disk!, { ...cloud!, errorCode: 'backend.unreachable' }] })).toContain(
    '「阿里云」暂时没有跟上',
  );
  const failed = shown({
    state: 'failed',
    errorCode: 'mysql.no-privilege',
    errorFacts: { privilege: 'REPLICATION SLAVE' },
  });
  expect(failed).toContain('GRANT REPLICATION SLAVE, REPLICATION CLIENT');
});
