import { randomUUID } from 'node:crypto';
import type { Page } from 'playwright-core';
import { ChecklistPage } from '../pages/checklist-page.ts';
import { ColdDisksPage } from '../pages/cold-disks-page.ts';
import { CopiesPage } from '../pages/copies-page.ts';
import { CopyForm } from '../pages/copy-form.ts';
import { KeysPage } from '../pages/keys-page.ts';
import { RecoverPage } from '../pages/recover-page.ts';
import { RetentionPage } from '../pages/retention-page.ts';
import { RestorePage } from '../pages/restore-page.ts';
import { SetUpPage } from '../pages/set-up-page.ts';
import { ShopForm } from '../pages/shop-form.ts';
import { ShopsPage } from '../pages/shops-page.ts';
import { SitePage } from '../pages/site-page.ts';
import { TimelinePage } from '../pages/timeline-page.ts';
import { UnlockPage } from '../pages/unlock-page.ts';
import { callBridge } from './call-bridge.ts';
import { freshHome } from './fresh-home.ts';
import { launchApp, type LaunchedApp, type LaunchOptions } from './launch-app.ts';
import { startShop, type RunningShop } from './shop.ts';
import { Shots } from './shots.ts';
import type { Words } from './words.ts';

/** A shop on private servers and an empty place for a computer of its owner. */
export interface Stage {
  /** A folder of this story alone. */
  readonly home: string;
  readonly shop: RunningShop;
  /** Starts the app and takes its window; `close` ends the last one. `firstShot` numbers its pictures. */
  open(options: LaunchOptions, words: Words, firstShot: number): Promise<Scene>;
  /** Puts everything away, also after a start that failed half-way. */
  close(): Promise<void>;
}

export interface Scene {
  readonly launched: LaunchedApp;
  readonly shots: Shots;
  readonly pages: AllPages;
}

export async function setStage(): Promise<Stage> {
  const place = await freshHome();
  const shop = await startShop(place.home).catch(async (error: unknown) => {
    await place.remove();
    throw error;
  });
  let last: LaunchedApp | undefined;
  return {
    home: place.home,
    shop,
    async open(options, words, firstShot) {
      const launched = (last = await launchApp(options));
      launched.page.setDefaultTimeout(60_000);
      const shots = await Shots.of(launched, words.language, firstShot);
      return { launched, shots, pages: allPages(launched.page, words) };
    },
    async close() {
      try {
        await last?.close();
      } finally {
        await shop.stop();
        await place.remove();
      }
    },
  };
}

export type AllPages = ReturnType<typeof allPages>;

/** Every screen of a window, in its language. None is touched before a story asks for it. */
function allPages(page: Page, words: Words) {
  return {
    setUp: new SetUpPage(page, words),
    unlock: new UnlockPage(page, words),
    recover: new RecoverPage(page, words),
    shopForm: new ShopForm(page, words),
    copyForm: new CopyForm(page, words),
    timeline: new TimelinePage(page, words),
    copies: new CopiesPage(page, words),
    coldDisks: new ColdDisksPage(page, words),
    checklist: new ChecklistPage(page, words),
    keys: new KeysPage(page, words),
    retention: new RetentionPage(page, words),
    restore: new RestorePage(page, words),
    shops: new ShopsPage(page, words),
    site: new SitePage(page, words),
  };
}

/** Backs a shop up without the screens, for stories that begin after that. */
export async function backUpBehindTheScenes({ page }: LaunchedApp, source: string): Promise<void> {
  const done = await callBridge(page, 'backup.run', { source, to: [], maxBytesPerSecond: null, jobId: randomUUID() });
  if (!done.ok) throw new Error(`The backup failed: ${done.error.code}`);
}
