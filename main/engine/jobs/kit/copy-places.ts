import type { DestinationRole } from '../../../../shared/model/destination.ts';
import type { SavedDestination } from '../home/settings-file.ts';

const kinds: Readonly<Record<DestinationRole, string>> = {
  main: '主硬盘 / main disk',
  'second-disk': '第二块盘 / second disk',
  cold: '冷备盘 / cold disk',
  offsite: '异地盘 / off-site disk',
  cloud: '云存储 / cloud',
};

/** Where a copy is, as one line of a sheet: its name, kind, folder or bucket, and place. Never what opens it. */
export function copyPlace(destination: SavedDestination): string {
  const { name, role, place } = destination;
  const where = destination.kind === 'disk' ? destination.path : bucketOf(destination);
  return [name, kinds[role], where, ...(place === null ? [] : [place])].join(' · ');
}

function bucketOf(cloud: SavedDestination & { kind: 's3' }): string {
  const { provider, bucket, prefix, region } = cloud;
  const hosts = [cloud.endpoint, cloud.customDomain ?? null].map((address) =>
    address === null ? null : hostOf(address),
  );
  return [provider, prefix === '' ? bucket : `${bucket}/${prefix}`, region, ...hosts]
    .filter((part) => part !== null)
    .join(' ');
}

/** An address may carry a user and a password in front of its host. */
function hostOf(address: string): string {
  const url = /^[a-z][a-z0-9+.-]*:\/\//i.test(address) ? address : `https://${address}`;
  return URL.canParse(url) ? new URL(url).host : '';
}
