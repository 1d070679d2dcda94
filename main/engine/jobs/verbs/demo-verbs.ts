import { join } from 'node:path';
import { AppError } from '../../../../shared/errors/app-error.ts';
import type { VerbInput, VerbOutput } from '../../../../shared/ipc/engine-verbs.ts';
import type { DestinationInput } from '../../../../shared/model/destination.ts';
import type { SourceInput } from '../../../../shared/model/source.ts';
import { startDemoShop, type DemoShop } from '../../demo/demo-shop.ts';
import type { EngineContext, Run } from '../engine-context.ts';
import { destinationAdd, destinationRemove } from './destination-verbs.ts';
import { sourceAdd, sourceRemove } from './source-verbs.ts';

export const demoSourceName = 'demo-shop';
const defaultRows = 200_000;

/** What a person would type to add the demo shop as a source: through the SSH tunnel, host key trusted at first sight. */
export function demoSourceInput(shop: DemoShop): SourceInput {
  return {
    name: demoSourceName,
    mysql: { host: '127.0.0.1', port: shop.server.port ?? 0, user: shop.server.user, password: shop.server.password },
    ssh: {
      host: shop.sshd.host,
      port: shop.sshd.port,
      user: shop.sshd.user,
      auth: { kind: 'key', privateKeyPem: shop.sshd.clientKeyPem, keyPassphrase: null },
      fingerprint: shop.sshd.hostKeyFingerprint,
      trustFirst: false,
    },
    databases: [],
    preset: 'auto',
    secretColumns: [],
    ledgers: [],
    files: [],
  };
}

export function demoDestinationInputs(shop: DemoShop): DestinationInput[] {
  const disk = (
    name: string,
    path: string,
    role: 'main' | 'second-disk' | 'cold',
    place: string | null,
  ): DestinationInput => ({ name, place, kind: 'disk', path, role });
  return [
    disk('demo-main', shop.mainDiskDir, 'main', null),
    disk('demo-second-disk', shop.secondDiskDir, 'second-disk', null),
    disk('demo-usb', shop.usbDir, 'cold', '上海家里'),
    ...shop.clouds.map((cloud, index): DestinationInput => ({
      name: index === 0 ? 'demo-cloud-a' : 'demo-cloud-b',
      place: null,
      kind: 's3',
      provider: 'custom',
      bucket: cloud.bucket,
      region: null,
      endpoint: cloud.endpoint,
      prefix: 'shop',
      accessKey: cloud.accessKey,
      secretKey: cloud.secretKey,
    })),
  ];
}

/** Starts the demo shop beside this home and adds it as a source with five destinations. It lives as long as the engine. */
export async function demoOpen(
  context: EngineContext,
  input: VerbInput<'demo.open'>,
  run: Run,
): Promise<VerbOutput<'demo.open'>> {
  context.unlocked();
  await forgetDemo(context);
  const shop = await startDemoShop({
    dir: join(context.home.dir, 'demo-shop'),
    rows: input.rows ?? defaultRows,
    // The servers outlive this call; only its own cancel may stop them half-way.
    signal: run.signal,
    onProgress: (detail, doneItems, totalItems) =>
      run.report({ phase: 'demo', detail, doneBytes: 0, totalBytes: null, doneItems, totalItems }),
  });
  context.demo = shop;
  const { source } = await sourceAdd(context, demoSourceInput(shop), run);
  const destinations: string[] = [];
  for (const destination of demoDestinationInputs(shop))
    destinations.push((await destinationAdd(context, destination, run)).destination.name);
  return { source: source.name, destinations };
}

export async function demoDestroy(
  context: EngineContext,
  _input: VerbInput<'demo.destroy'>,
  run: Run,
): Promise<VerbOutput<'demo.destroy'>> {
  const { demo } = context;
  if (demo === null) throw new AppError('source.unknown', { name: demoSourceName, known: '' });
  await demo.withOwner((session) => session.execute(`DROP TABLE \`${demo.database}\`.\`orders\``, run.signal));
  await context.home.audit.append('demo.destroy', { table: `${demo.database}.orders` });
  return { dropped: `${demo.database}.orders` };
}

export async function demoClose(context: EngineContext): Promise<VerbOutput<'demo.close'>> {
  await context.demo?.stop();
  context.demo = null;
  return {};
}

/** A demo shop of an earlier start is gone with its servers; so are its entries. */
async function forgetDemo(context: EngineContext): Promise<void> {
  await demoClose(context);
  const { sources, destinations } = await context.home.settings.read();
  if (sources.some(({ name }) => name === demoSourceName)) await sourceRemove(context, { name: demoSourceName });
  for (const { name } of destinations) if (name.startsWith('demo-')) await destinationRemove(context, { name });
}
