import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { productVersion } from './version.ts';

it('says the version of package.json', async () => {
  const text = await readFile(new URL('../../../package.json', import.meta.url), 'utf8');
  expect((JSON.parse(text) as { version: string }).version).toBe(productVersion);
});
