import type { CardsOfTable, RestoreWithoutCardsView } from '../../../shared/model/cards.ts';
import type { OpenVault } from '../../../shared/model/vault.ts';
import { idOf, shopName } from './sample-shop.ts';

export function anOpenVault(nowMs: number, changes: Partial<OpenVault> = {}): OpenVault {
  return {
    id: idOf(800),
    openedAt: new Date(nowMs - 4 * 60_000).toISOString(),
    closesAt: new Date(nowMs + 11 * 60_000).toISOString(),
    jobId: null,
    reason: '给客户补发昨天的卡',
    source: shopName,
    for: 'add-cards',
    ...changes,
  };
}

export function aRestoreWithoutCards(nowMs: number): RestoreWithoutCardsView {
  return {
    id: idOf(777),
    at: new Date(nowMs - 3_600_000).toISOString(),
    source: shopName,
    stoppedAt: new Date(nowMs - 3 * 3_600_000).toISOString(),
    server: { kind: 'same', host: '127.0.0.1', port: 3306 },
    databases: ['dujiaoka__restore_20261123_1020'],
    tables: ['dujiaoka.carmis', 'dujiaoka.orders'],
  };
}

/** Whoever gives the reason `partly` sees what it is like when something cannot be filled. */
export function sampleCards(isPartly: boolean): CardsOfTable[] {
  const whole = { changed: 0, gone: 0, waiting: 0, proven: true, left: null };
  return [
    {
      table: 'dujiaoka__restore_20261123_1020.carmis',
      rows: 402_981,
      filled: 402_969,
      same: 12,
      ...whole,
      ...(isPartly ? { filled: 402_960, changed: 3, gone: 5, waiting: 1, proven: false } : {}),
    },
    {
      table: 'dujiaoka__restore_20261123_1020.orders',
      rows: 128_452,
      filled: isPartly ? 0 : 128_452,
      same: 0,
      ...whole,
      ...(isPartly ? { proven: false, left: 'triggers' as const } : {}),
    },
  ];
}
