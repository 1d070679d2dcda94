import { checklistZh } from './ui-zh/checklist.ts';
import { coldZh } from './ui-zh/cold.ts';
import { commonZh } from './ui-zh/common.ts';
import { copiesZh } from './ui-zh/copies.ts';
import { coverageZh } from './ui-zh/coverage.ts';
import { keyringZh } from './ui-zh/keyring.ts';
import { liveZh } from './ui-zh/live.ts';
import { remediesZh } from './ui-zh/remedies.ts';
import { retentionZh } from './ui-zh/retention.ts';
import { restoreZh } from './ui-zh/restore.ts';
import { shopZh } from './ui-zh/shop.ts';
import { siteZh } from './ui-zh/site.ts';
import { startZh } from './ui-zh/start.ts';
import { swapZh } from './ui-zh/swap.ts';
import { timelineZh } from './ui-zh/timeline.ts';
import { vaultZh } from './ui-zh/vault.ts';

/** Every sentence of the page, in the master language. `{{name}}` is filled in; a test holds English to the same keys. */
export const uiZh = {
  ...commonZh,
  ...startZh,
  ...shopZh,
  ...copiesZh,
  ...coldZh,
  ...keyringZh,
  ...timelineZh,
  ...liveZh,
  ...restoreZh,
  ...swapZh,
  ...vaultZh,
  ...siteZh,
  ...retentionZh,
  ...remediesZh,
  ...checklistZh,
  ...coverageZh,
};

type Leaves<T> = {
  [K in keyof T & (string | number)]: T[K] extends string ? `${K}` : `${K}.${Leaves<T[K]>}`;
}[keyof T & (string | number)];

/** The address of one sentence, such as `backup.now`. */
export type UiKey = Leaves<typeof uiZh>;

/** Either language: sentences in a tree. */
export interface UiTexts {
  readonly [key: string]: string | UiTexts;
}
