import { checklistEn } from './ui-en/checklist.ts';
import { coldEn } from './ui-en/cold.ts';
import { commonEn } from './ui-en/common.ts';
import { copiesEn } from './ui-en/copies.ts';
import { coverageEn } from './ui-en/coverage.ts';
import { keyringEn } from './ui-en/keyring.ts';
import { liveEn } from './ui-en/live.ts';
import { remediesEn } from './ui-en/remedies.ts';
import { retentionEn } from './ui-en/retention.ts';
import { restoreEn } from './ui-en/restore.ts';
import { shopEn } from './ui-en/shop.ts';
import { siteEn } from './ui-en/site.ts';
import { startEn } from './ui-en/start.ts';
import { swapEn } from './ui-en/swap.ts';
import { timelineEn } from './ui-en/timeline.ts';
import { vaultEn } from './ui-en/vault.ts';

/** English: the same keys as `ui.zh.ts`, where a count may split a sentence into `…_one` and `…_other`. */
export const uiEn = {
  ...commonEn,
  ...startEn,
  ...shopEn,
  ...copiesEn,
  ...coldEn,
  ...keyringEn,
  ...timelineEn,
  ...liveEn,
  ...restoreEn,
  ...swapEn,
  ...vaultEn,
  ...siteEn,
  ...retentionEn,
  ...remediesEn,
  ...checklistEn,
  ...coverageEn,
};
