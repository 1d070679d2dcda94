import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Page } from 'playwright-core';
import type { Language } from '../../shared/ipc/contract.ts';
import type { LaunchedApp } from './launch-app.ts';

const folder = resolve(import.meta.dirname, '..', '.out');
const locales: Readonly<Record<Language, string>> = { zh: 'zh-CN', en: 'en' };

/**
 * Pictures of what a person sees, at 1280 × 800, for people to look at: `e2e/.out/<number>-<name>.<language>.png`, numbered
 * as they are taken. The whole page, also what is below the fold.
 */
export class Shots {
  readonly #page: Page;
  readonly #language: Language;
  #number: number;

  private constructor(page: Page, language: Language, first: number) {
    this.#page = page;
    this.#language = language;
    this.#number = first;
  }

  static async of({ app, page }: LaunchedApp, language: Language, first: number): Promise<Shots> {
    await app.evaluate(({ BrowserWindow }) => {
      BrowserWindow.getAllWindows()[0]?.setContentSize(1280, 800);
    });
    await mkdir(folder, { recursive: true });
    return new Shots(page, language, first);
  }

  /** In the language of the spec. */
  async take(name: string): Promise<void> {
    await this.#picture(this.#next(name), this.#language);
  }

  /** In the language of the spec and in the other one: the page changes its words in place and keeps its state. */
  async takeBoth(name: string): Promise<void> {
    const numbered = this.#next(name);
    const other = this.#language === 'zh' ? 'en' : 'zh';
    await this.#picture(numbered, this.#language);
    await this.#speak(other);
    await this.#picture(numbered, other);
    await this.#speak(this.#language);
  }

  #next(name: string): string {
    return `${String(this.#number++).padStart(2, '0')}-${name}`;
  }

  async #picture(name: string, language: Language): Promise<void> {
    const path = join(folder, `${name}.${language}.png`);
    // What is fixed to the window would otherwise stand in the middle of the picture.
    await this.#page.evaluate(() => scrollTo(0, 0));
    await this.#page.screenshot({ path, fullPage: true, animations: 'disabled' });
  }

  /** Through the top bar's own switch, also while a drawer or a question lies over it. */
  async #speak(language: Language): Promise<void> {
    await this.#page.locator(`header input[value="${language}"]`).dispatchEvent('click');
    await this.#page.locator(`html[lang="${locales[language]}"]`).waitFor({ state: 'attached' });
  }
}
