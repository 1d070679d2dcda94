import { MantineProvider } from '@mantine/core';
import { renderToStaticMarkup } from 'react-dom/server';
import { I18nextProvider } from 'react-i18next';
import { expect, it } from 'vitest';
import type { ResaleResult } from '../../../shared/model/resale.ts';
import { createI18n } from '../../i18n/i18n.ts';
import { ResalePanel } from './ResalePanel.tsx';

const i18n = createI18n('zh');

function shown(resale: ResaleResult): string {
  return renderToStaticMarkup(
    <I18nextProvider i18n={i18n}>
      <MantineProvider>
        <ResalePanel restoreId="r" resale={resale} onOpen={() => Promise.resolve()} />
      </MantineProvider>
    </I18nextProvider>,
  );
}

const nothing = { cards: 0, orders: 0, csv: null, shared: 0 };

it('never passes over what could not be looked at, also when nothing was found', () => {
  const unread = [{ reason: 'log-sealed', facts: { records: 4, rows: 310, from: '', until: '' } } as const];
  const page = shown({ ...nothing, complete: false, unread });
  expect(page).toContain(i18n.t('resale.incomplete'));
  expect(page).toContain('改了 310 行');
  expect(shown({ ...nothing, complete: true, unread: [] })).not.toContain(i18n.t('resale.incomplete'));
});

it('says when nothing was guarded, and is silent where nobody will sell from', () => {
  expect(shown({ ...nothing, skipped: 'no-rules' })).toContain('不认识');
  expect(shown({ ...nothing, skipped: 'sandbox' })).not.toContain('section');
});

it('names the list and what was marked', () => {
  const page = shown({ ...nothing, cards: 300, orders: 299, csv: '/home/resale/a.csv', complete: true, unread: [] });
  expect(page).toContain('300');
  expect(page).toContain('299');
  expect(page).toContain('/home/resale/a.csv');
});
