import type { Locator } from 'playwright-core';
import { cloudProvider } from '../../shared/model/cloud-providers.ts';
import { ConsolePage } from './console-page.ts';

export interface CloudLogin {
  readonly endpoint: string;
  readonly bucket: string;
  readonly accessKey: string;
  readonly secretKey: string;
}

/** Adding one copy: a folder or a bucket, tested before it is saved. */
export class CopyForm extends ConsolePage {
  /** Of a disk that travels the form asks where it lives. */
  async fillPlace(place: string): Promise<void> {
    await this.field('copies.placeLabel').or(this.field('cold.placeLabel')).fill(place);
  }

  async fillName(name: string): Promise<void> {
    await this.field('copies.name').fill(name);
  }

  async chooseFolder(path: string): Promise<void> {
    await this.pick('copies.folder', 'Folder', path);
  }

  /** A cloud with an address of its own. */
  async fillCloud({ endpoint, bucket, accessKey, secretKey }: CloudLogin): Promise<void> {
    await this.field('cloud.provider').click();
    await this.page
      .getByRole('option', { name: cloudProvider('custom').name[this.words.language], exact: true })
      .click();
    await this.field('cloud.bucket').fill(bucket);
    await this.field('cloud.endpoint').fill(endpoint);
    await this.field('cloud.accessKey').fill(accessKey);
    await this.field('cloud.secretKey').fill(secretKey);
  }

  async fillSecretKey(secretKey: string): Promise<void> {
    await this.field('cloud.secretKey').fill(secretKey);
  }

  async test(): Promise<void> {
    await this.button('copies.try').click();
  }

  get passed(): Locator {
    return this.page.getByRole('status').filter({ hasText: this.words.say('copies.tried') });
  }

  get steps(): Locator {
    return this.page.locator('[data-step]');
  }

  async save(): Promise<void> {
    await this.button('copies.save').click();
    await this.button('copies.save').waitFor({ state: 'detached' });
  }

  async testAndSave(): Promise<void> {
    await this.test();
    await this.passed.waitFor();
    await this.save();
  }
}
