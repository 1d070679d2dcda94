import { MantineProvider } from '@mantine/core';
import { renderToStaticMarkup } from 'react-dom/server';
import { I18nextProvider } from 'react-i18next';
import { expect, it } from 'vitest';
import type { UnfinishedRestore } from '../../../shared/model/swap.ts';
import { idOf } from '../../bridge/scripted/sample-shop.ts';
import { createI18n } from '../../i18n/i18n.ts';
import { UnfinishedRestores } from './UnfinishedRestores.tsx';

const i18n = createI18n('zh');
const half: UnfinishedRestore = {
  ...{ id: idOf(9), at: '2026-11-23T14:10:00Z', source: 'shop', snapshot: idOf(8), stoppedAt: '2026-11-23T13:59:59Z' },
  server: { kind: 'same', host: 'db', port: 3306 },
  databases: ['dujiaoka__restore_20261123_135959'],
  stage: 'replay',
};

function shown(entries: readonly UnfinishedRestore[], left: readonly string[] = []): string {
  return renderToStaticMarkup(
    <I18nextProvider i18n={i18n}>
      <MantineProvider>
        <UnfinishedRestores entries={entries} removal={{ error: null, left }} onRemove={() => undefined} />
      </MantineProvider>
    </I18nextProvider>,
  );
}

it('names what was cut off and how it goes on, and is silent where there is nothing', () => {
  const page = shown([half]);
  expect(page).toContain('dujiaoka__restore_20261123_135959');
  expect(page).toContain('接着做');
  expect(page).toContain(i18n.t('swap.unfinishedRemove'));
  expect(shown([])).not.toContain('section');
});

it('says what was not touched', () => {
  expect(shown([], ['dujiaoka_copy'])).toContain('没有动：dujiaoka_copy');
});
