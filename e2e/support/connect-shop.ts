import { callBridge } from './call-bridge.ts';
import type { LaunchedApp } from './launch-app.ts';
import type { RunningShop } from './shop.ts';
import { chooseInDialogs } from './stub-dialogs.ts';

/** Adds the shop and its main and second disk without the forms, for stories that begin after the set-up. */
export async function connectShop(launched: LaunchedApp, shop: RunningShop, names: ShopNames): Promise<void> {
  const { app, page } = launched;
  const { ssh, mysql } = shop.login;
  await chooseInDialogs(app, ssh.keyFile);
  const key = await callBridge(page, 'app.chooseSshKey', {});
  if (!key.ok || key.value === null) throw new Error('The dialog gave no key.');
  const added = await callBridge(page, 'source.add', {
    name: names.shop,
    mysql,
    ssh: {
      host: ssh.host,
      port: ssh.port,
      user: ssh.user,
      auth: { kind: 'key', keyToken: key.value.token, keyPassphrase: null },
      fingerprint: shop.fingerprint,
      trustFirst: false,
    },
    databases: [],
    preset: 'auto',
    secretColumns: [],
    ledgers: [],
    files: [],
  });
  if (!added.ok) throw new Error(`The shop was not added: ${added.error.code}`);
  await addDisk(launched, names.main, shop.disks.main, 'main');
  await addDisk(launched, names.second, shop.disks.second, 'second-disk');
}

export interface ShopNames {
  readonly shop: string;
  readonly main: string;
  readonly second: string;
}

async function addDisk(
  { app, page }: LaunchedApp,
  name: string,
  path: string,
  role: 'main' | 'second-disk',
): Promise<void> {
  await chooseInDialogs(app, path);
  const folder = await callBridge(page, 'app.chooseFolder', { purpose: role });
  if (!folder.ok || folder.value === null) throw new Error('The dialog gave no folder.');
  const disk = { kind: 'disk', name, place: null, role, folderToken: folder.value.token } as const;
  const added = await callBridge(page, 'destination.add', disk);
  if (!added.ok) throw new Error(`The disk was not added: ${added.error.code}`);
}
