import type { Choice, PageDestinationInput } from '../../../shared/ipc/contract.ts';
import type { UiKey } from '../../../shared/i18n/ui.zh.ts';
import {
  cloudProvider,
  maxLockDays,
  needsCloudEndpoint,
  needsCloudRegion,
} from '../../../shared/model/cloud-providers.ts';
import type { CloudProviderId } from '../../../shared/model/cloud-providers.ts';
import { defaultColdSchedule, type ColdSchedule } from '../../../shared/model/cold-schedule.ts';
import type { DestinationRole } from '../../../shared/model/destination.ts';
import { nameError, present } from '../shop/index.ts';
import type { FormErrors } from '../shop/index.ts';

/** The kinds a person chooses among, in the order in which they help. */
export const destinationRoles = [
  'main',
  'second-disk',
  'cold',
  'cloud',
  'offsite',
] as const satisfies readonly DestinationRole[];

export interface CloudValues {
  provider: CloudProviderId;
  bucket: string;
  region: string;
  endpoint: string;
  prefix: string;
  customDomain: string;
  /** Empty: no lock. */
  lockDays: string;
  accessKey: string;
  secretKey: string;
}

export interface DestinationValues {
  role: DestinationRole;
  name: string;
  place: string;
  folder: Choice;
  cloud: CloudValues;
  /** For disks that travel. */
  schedule: ColdSchedule;
}

export function emptyCloud(): CloudValues {
  return {
    provider: 'aliyun-oss',
    bucket: '',
    region: '',
    endpoint: '',
    prefix: 'shouhu',
    customDomain: '',
    lockDays: '',
    accessKey: '',
    secretKey: '',
  };
}

export function destinationValues(role: DestinationRole, name: string): DestinationValues {
  return { role, name, place: '', folder: null, cloud: emptyCloud(), schedule: defaultColdSchedule };
}

/** Whether the lock travels with the objects; elsewhere it is set in the cloud's console, or not at all. */
export function canLock(provider: CloudProviderId): boolean {
  const { lock } = cloudProvider(provider);
  return lock === 's3-headers' || lock === 'probe';
}

const takesDomain = ({ provider }: CloudValues): boolean => cloudProvider(provider).customDomain;
const withScheme = (address: string): string => (/^https?:\/\//i.test(address) ? address : `https://${address}`);

const orNull = (text: string): string | null => (text.trim() === '' ? null : text.trim());

export function toCloudInput(cloud: CloudValues) {
  return {
    provider: cloud.provider,
    bucket: cloud.bucket.trim(),
    region: orNull(cloud.region),
    endpoint: orNull(cloud.endpoint),
    prefix: cloud.prefix.trim(),
    ...(takesDomain(cloud) && cloud.customDomain.trim() !== ''
      ? { customDomain: withScheme(cloud.customDomain.trim()) }
      : {}),
    accessKey: cloud.accessKey.trim(),
    secretKey: cloud.secretKey.trim(),
  };
}

/** Disks that travel have a place of their own and days on which they come home. */
export function isTravelling(role: DestinationRole): boolean {
  return role === 'cold' || role === 'offsite';
}

export function toDestinationInput({
  role,
  name,
  place,
  folder,
  cloud,
  schedule,
}: DestinationValues): PageDestinationInput {
  const common = { name: name.trim(), place: orNull(place) };
  if (role === 'cloud') {
    const lock = canLock(cloud.provider) && cloud.lockDays !== '' ? { lockDays: Number(cloud.lockDays) } : {};
    return { ...common, kind: 's3', ...toCloudInput(cloud), ...lock };
  }
  const days = isTravelling(role) ? { cold: schedule } : {};
  return { ...common, kind: 'disk', role, folderToken: folder?.token ?? '', ...days };
}

export function cloudErrors(cloud: CloudValues): FormErrors {
  const required = (text: string): UiKey | null => (text.trim() === '' ? 'common.required' : null);
  const hasDomain = takesDomain(cloud) && cloud.customDomain.trim() !== '';
  const days = Number(cloud.lockDays);
  const isPeriod = Number.isInteger(days) && days >= 1 && days <= maxLockDays;
  return present({
    bucket: required(cloud.bucket),
    region: needsCloudRegion(cloud.provider) ? required(cloud.region) : null,
    endpoint: needsCloudEndpoint(cloud.provider) && !hasDomain ? required(cloud.endpoint) : null,
    lockDays: canLock(cloud.provider) && cloud.lockDays !== '' && !isPeriod ? 'cloud.lockDaysWrong' : null,
    accessKey: required(cloud.accessKey),
    secretKey: required(cloud.secretKey),
  });
}

export function destinationErrors(values: DestinationValues): FormErrors {
  const name = present({ name: nameError(values.name) });
  if (values.role === 'cloud') return { ...name, ...cloudErrors(values.cloud) };
  const place = isTravelling(values.role) && values.place.trim() === '' ? 'copies.placeMissing' : null;
  return { ...name, ...present({ place, folder: values.folder === null ? 'copies.folderMissing' : null }) };
}
