import { shell } from 'electron';
import { isFixedLink } from './trusted-url.ts';

/** The only way out to the person's browser. What is not one of our links to the letter is silently not opened. */
export async function openExternalLink(url: string): Promise<void> {
  // eslint-disable-next-line no-restricted-syntax -- this is the function that the rule asks everyone to use
  if (isFixedLink(url)) await shell.openExternal(url);
}
