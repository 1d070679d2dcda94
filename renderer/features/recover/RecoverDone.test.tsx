import { MantineProvider } from '@mantine/core';
import { renderToStaticMarkup } from 'react-dom/server';
import { I18nextProvider } from 'react-i18next';
import { expect, it } from 'vitest';
import type { CommandOutput } from '../../../shared/ipc/contract.ts';
import { createI18n } from '../../i18n/i18n.ts';
import { RecoverDone } from './RecoverPage.tsx';

function shown(changes: Partial<CommandOutput<'recover.run'>>): string {
  const value = { sources: ['小店'], snapshots: 5, destination: 'recovered', durationMs: 10, ...changes };
  return renderToStaticMarkup(
    <I18nextProvider i18n={createI18n('zh')}>
      <MantineProvider>
        <RecoverDone value={value} onOpen={() => undefined} />
      </MantineProvider>
    </I18nextProvider>,
  );
}

it('says of a locked bucket that new backups will not be locked, until when the others are, and where to switch it on', () => {
  expect(shown({})).not.toContain('锁到');
  const page = shown({ lockedUntil: '2026-12-24T10:00:00.000Z' });
  expect(page).toMatch(/最新的锁到[^）]*12/);
  expect(page).toContain('请尽快到「副本」页打开「recovered」的详情，重新打开防删除');
});
