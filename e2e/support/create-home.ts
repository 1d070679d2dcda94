import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { callBridge } from './call-bridge.ts';
import type { LaunchedApp } from './launch-app.ts';
import { chooseInDialogs } from './stub-dialogs.ts';

/** Does the first start without the wizard: keys with these passphrases, the kit in `<home>/kit`. */
export async function createHome({ app, page }: LaunchedApp, home: string, passphrase: string): Promise<void> {
  const kitFolder = join(home, 'kit');
  await mkdir(kitFolder);
  await chooseInDialogs(app, kitFolder);
  const chosen = await callBridge(page, 'app.chooseFolder', { purpose: 'kit' });
  if (!chosen.ok || chosen.value === null) throw new Error('The dialog gave no folder.');
  const secrets = { passphrase, vaultPassphrase: `${passphrase} 卡密` };
  const made = await callBridge(page, 'home.init', { ...secrets, folderToken: chosen.value.token });
  if (!made.ok) throw new Error(`The home was not made: ${made.error.code}`);
}
