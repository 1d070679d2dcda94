import type { Locator, Page } from 'playwright-core';
import type { UiKey } from '../../shared/i18n/ui.zh.ts';
import type { Words } from '../support/words.ts';

export type ScreenName = 'timeline' | 'copies' | 'restore' | 'checklist' | 'keys' | 'shops';

/** What every screen has: the menu, the heading, alerts. Selectors live in the page objects and nowhere else. */
export class ConsolePage {
  protected readonly page: Page;
  protected readonly words: Words;

  constructor(page: Page, words: Words) {
    this.page = page;
    this.words = words;
  }

  get menu(): Locator {
    return this.page.getByRole('navigation', { name: this.words.say('nav.label') });
  }

  get alert(): Locator {
    return this.page.getByRole('alert');
  }

  async goTo(screen: ScreenName): Promise<void> {
    await this.menu.getByRole('link', { name: this.words.say(`nav.${screen}`), exact: true }).click();
  }

  /** Stands above every screen while the card vault is open. */
  get vaultBanner(): Locator {
    return this.page.getByRole('status').filter({ hasText: this.words.say('vault.openTitle') });
  }

  heading(key: UiKey): Locator {
    return this.page.getByRole('heading', { level: 1, name: this.words.say(key), exact: true });
  }

  /** The error card of this code. */
  errorCard(code: string): Locator {
    return this.page.locator(`[role="alert"][data-error-code="${code}"]`);
  }

  protected button(key: UiKey, facts: Readonly<Record<string, string>> = {}): Locator {
    return this.page.getByRole('button', { name: this.words.say(key, facts), exact: true });
  }

  protected field(key: UiKey): Locator {
    return this.page.getByLabel(this.words.say(key), { exact: true }).first();
  }

  protected async choose(key: UiKey): Promise<void> {
    await this.page.getByRole('radio', { name: this.words.say(key), exact: true }).click();
  }

  /** Presses the button of a field that opens the system's own dialog, and waits until the choice is on the page. */
  protected async pick(label: UiKey, kind: 'Folder' | 'File', path: string): Promise<void> {
    const name = new RegExp(`^${this.words.say(label)}.*${this.words.say(`common.choose${kind}`)}$`);
    await this.page.getByRole('button', { name }).click();
    await this.page.getByText(path, { exact: true }).first().waitFor();
  }
}
