import type { Locator } from 'playwright-core';
import { CopiesPage } from './copies-page.ts';
import { JobCard } from './job-card.ts';

export type RoundStep = 'find' | 'copy' | 'verify' | 'flush' | 'eject';

/** Disks that travel, on the page of copies: their line, an arrival, one round and its end. */
export class ColdDisksPage extends CopiesPage {
  async chooseColdDisk(): Promise<void> {
    await this.choose('role.cold');
  }

  /** `weekday` as the page names it. */
  async fillRhythm(everyDays: number, weekday: string): Promise<void> {
    await this.field('cold.everyDays').fill(String(everyDays));
    await this.field('cold.weekday').click();
    await this.page.getByRole('option', { name: weekday, exact: true }).click();
  }

  get placeIsMissing(): Locator {
    return this.page.getByText(this.words.say('copies.placeMissing'), { exact: true });
  }

  /** Resolves once the line of the disk says this. */
  async says(name: string, sentence: string): Promise<void> {
    await this.card(name).getByText(sentence).first().waitFor();
  }

  async start(name: string): Promise<void> {
    await this.button('cold.startLabel', { name }).click();
  }

  running(name: string): JobCard {
    return new JobCard(this.page, this.words, this.words.say('cold.running', { name }));
  }

  /** The step that the round is at. */
  at(step: RoundStep): Locator {
    return this.page.locator('li[aria-current="step"]').filter({ hasText: this.words.say(`cold.step.${step}`) });
  }

  arrival(name: string): Locator {
    return this.page.getByRole('status').filter({ hasText: this.words.say('cold.arrivedTitle', { name }) });
  }

  async startFromArrival(name: string): Promise<void> {
    await this.arrival(name)
      .getByRole('button', { name: this.words.say('cold.start'), exact: true })
      .click();
  }

  /** The calm end: the disk is out, or still has to be ejected. */
  ended(how: 'safe' | 'to-eject'): Locator {
    const title = this.words.say(how === 'safe' ? 'cold.safeTitle' : 'cold.ejectTitle');
    return this.page.getByRole('status').filter({ has: this.page.getByRole('heading', { name: title, exact: true }) });
  }

  async dismissEnd(): Promise<void> {
    await this.button('cold.done').click();
  }

  /** After an error: the same round again. */
  async tryAgain(): Promise<void> {
    await this.button('common.retry').click();
  }

  async lookWhatWouldGo(): Promise<void> {
    await this.button('cold.noRoomLook').click();
  }

  async tryAgainWithRoom(): Promise<void> {
    await this.button('cold.noRoomAgain').click();
  }
}
