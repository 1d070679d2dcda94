import type { Client } from '../bridge/client.ts';
import { createChecklistStore } from '../features/checklist/index.ts';
import { createCoverageStore } from '../features/coverage/index.ts';
import { createColdStore } from '../features/cold-disk/index.ts';
import { createCopiesStore } from '../features/copies/index.ts';
import { createKeysStore } from '../features/keys/index.ts';
import { createOnboardingStore } from '../features/onboarding/index.ts';
import { createRetentionStore } from '../features/retention/index.ts';
import { createRestoreStore, createSwapStore } from '../features/restore/index.ts';
import { createShopStore } from '../features/shop/index.ts';
import { createUnlockStore } from '../features/unlock/index.ts';
import { createSiteStore } from '../features/site/index.ts';
import { createVaultStore } from '../features/vault/index.ts';
import { createDetailStore } from '../stores/detail-store.ts';
import { createMoneyStore } from '../stores/money-store.ts';
import { createDialogs } from '../stores/dialogs.ts';
import { createEventsStore } from '../stores/events-store.ts';
import { createJobRun } from '../stores/job-run.ts';
import { createJobsStore } from '../stores/jobs-store.ts';
import { createLibraryStore } from '../stores/library-store.ts';
import { createStreamsStore } from '../stores/streams-store.ts';
import { createSessionStore } from '../stores/session-store.ts';

export type Stores = ReturnType<typeof createStores>;

/** Every store of the page, made once, so that a long job outlives the screen that started it. */
export function createStores(client: Client) {
  const session = createSessionStore(client);
  return {
    session,
    library: createLibraryStore(client),
    jobs: createJobsStore(client),
    streams: createStreamsStore(client),
    events: createEventsStore(client),
    detail: createDetailStore(client),
    money: createMoneyStore(client),
    dialogs: createDialogs(client),
    backup: createJobRun(client, 'backup.run'),
    demo: createJobRun(client, 'demo.open'),
    recover: createJobRun(client, 'recover.run'),
    shop: createShopStore(client),
    copies: createCopiesStore(client),
    cold: createColdStore(client),
    retention: createRetentionStore(client),
    restore: createRestoreStore(client),
    swap: createSwapStore(client),
    checklist: createChecklistStore(client),
    coverage: createCoverageStore(client),
    keys: createKeysStore(client),
    onboarding: createOnboardingStore(client, session.load),
    vault: createVaultStore(client),
    site: createSiteStore(client),
    unlock: createUnlockStore(client, session.load),
  };
}
