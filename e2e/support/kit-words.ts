import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { wordsOfKit } from '../../main/engine/demo/read-kit.ts';

/** The 24 English words of a kit, copied from its text page. */
export async function kitWords(folder: string, kit: 'main' | 'vault'): Promise<string[]> {
  return (await wordsOfKit(await kitFile(folder, kit, 'txt'))).split(' ');
}

/** The whole text page of a kit. */
export async function kitPage(folder: string, kit: 'main' | 'vault'): Promise<string> {
  return readFile(await kitFile(folder, kit, 'txt'), 'utf8');
}

/** The page or the text of a kit. */
export async function kitFile(folder: string, kit: 'main' | 'vault', kind: 'html' | 'txt'): Promise<string> {
  const name = (await readdir(folder)).find(
    (one) => one.startsWith(`shouhu-recovery-kit-${kit}-`) && one.endsWith(`.${kind}`),
  );
  if (name === undefined) throw new Error(`There is no ${kit} kit in ${folder}.`);
  return join(folder, name);
}
