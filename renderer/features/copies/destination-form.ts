import type { Choice, PageDestinationInput } from '../../../shared/ipc/contract.ts';
import type { UiKey } from '../../../shared/i18n/ui.zh.ts';
import type { DestinationRole } from '../../../shared/model/destination.ts';
import { nameError, present } from '../shop/index.ts';
import type { FormErrors } from '../shop/index.ts';
import { needsEndpoint } from './cloud-providers.ts';

/** The kinds a person chooses among, in the order in which they help. */
export const destinationRoles = [
  'main',
  'second-disk',
  'cold',
  'cloud',
  'offsite',
] as const satisfies readonly DestinationRole[];

export interface CloudValues {
  provider: string;
  bucket: string;
  region: string;
  endpoint: string;
  prefix: string;
  accessKey: string;
  secretKey: string;
}

export interface DestinationValues {
  role: DestinationRole;
  name: string;
  place: string;
  folder: Choice;
  cloud: CloudValues;
}

export function emptyCloud(): CloudValues {
  return {
    provider: 'aliyun-oss',
    bucket: '',
    region: '',
    endpoint: '',
    prefix: 'shouhu',
    accessKey: '',
    secretKey: '',
  };
}

export function destinationValues(role: DestinationRole, name: string): DestinationValues {
  return { role, name, place: '', folder: null, cloud: emptyCloud() };
}

const orNull = (text: string): string | null => (text.trim() === '' ? null : text.trim());

export function toCloudInput(cloud: CloudValues) {
  return {
    provider: cloud.provider,
    bucket: cloud.bucket.trim(),
    region: orNull(cloud.region),
    endpoint: orNull(cloud.endpoint),
    prefix: cloud.prefix.trim(),
    accessKey: cloud.accessKey.trim(),
    secretKey: cloud.secretKey.trim(),
  };
}

export function toDestinationInput({ role, name, place, folder, cloud }: DestinationValues): PageDestinationInput {
  const common = { name: name.trim(), place: orNull(place) };
  if (role === 'cloud') return { ...common, kind: 's3', ...toCloudInput(cloud) };
  return { ...common, kind: 'disk', role, folderToken: folder?.token ?? '' };
}

export function cloudErrors(cloud: CloudValues): FormErrors {
  const required = (text: string): UiKey | null => (text.trim() === '' ? 'common.required' : null);
  return present({
    bucket: required(cloud.bucket),
    region: !needsEndpoint(cloud.provider) && cloud.endpoint.trim() === '' ? required(cloud.region) : null,
    endpoint: needsEndpoint(cloud.provider) ? required(cloud.endpoint) : null,
    accessKey: required(cloud.accessKey),
    secretKey: required(cloud.secretKey),
  });
}

export function destinationErrors(values: DestinationValues): FormErrors {
  const name = present({ name: nameError(values.name) });
  if (values.role === 'cloud') return { ...name, ...cloudErrors(values.cloud) };
  return { ...name, ...present({ folder: values.folder === null ? 'copies.folderMissing' : null }) };
}
