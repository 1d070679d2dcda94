import { parse } from 'plist';
import { z } from 'zod';
import { tamedBytes, tamedId, tamedText, type Volume } from './volume.ts';

/**
 * macOS: `diskutil list -plist` names the devices, `diskutil info -plist <device>` describes one (diskutil(8)). The keys below are those of
 * macOS 10.15 to 15; one that is missing is null, never an error.
 */
const partitionSchema = z.object({ DeviceIdentifier: z.string(), MountPoint: z.string().optional() });
const diskSchema = z.object({
  DeviceIdentifier: z.string(),
  MountPoint: z.string().optional(),
  Partitions: z.array(partitionSchema).optional(),
  APFSVolumes: z.array(partitionSchema).optional(),
});
const listSchema = z.object({ AllDisksAndPartitions: z.array(diskSchema) });

const infoSchema = z.object({
  MountPoint: z.string(),
  DeviceIdentifier: z.string(),
  ParentWholeDisk: z.unknown().optional(),
  VolumeUUID: z.unknown().optional(),
  DiskUUID: z.unknown().optional(),
  VolumeName: z.unknown().optional(),
  FilesystemType: z.unknown().optional(),
  TotalSize: z.unknown().optional(),
  FreeSpace: z.unknown().optional(),
  APFSContainerFree: z.unknown().optional(),
  Internal: z.unknown().optional(),
  Ejectable: z.unknown().optional(),
  RemovableMediaOrExternalDevice: z.unknown().optional(),
  WritableVolume: z.unknown().optional(),
  BusProtocol: z.unknown().optional(),
});

const deviceShape = /^disk\d{1,4}(s\d{1,4}){0,3}$/;

/** Identifiers of mounted devices (`disk4s1`), without those the system itself runs from. */
export function mountedMacDevices(list: string): string[] {
  const parsed = listSchema.safeParse(plistOf(list));
  if (!parsed.success) return [];
  const all = parsed.data.AllDisksAndPartitions.flatMap((disk) => [
    disk,
    ...(disk.Partitions ?? []),
    ...(disk.APFSVolumes ?? []),
  ]);
  return all
    .filter(({ MountPoint: path }) => path !== undefined && isPersons(path))
    .map((device) => device.DeviceIdentifier)
    .filter((id) => deviceShape.test(id));
}

/** One volume from `diskutil info -plist`, or null when it is not mounted (any more) or nothing of ours. */
export function macVolume(info: string): Volume | null {
  const parsed = infoSchema.safeParse(plistOf(info));
  if (!parsed.success || !isPersons(parsed.data.MountPoint)) return null;
  const { data } = parsed;
  if (!deviceShape.test(data.DeviceIdentifier)) return null;
  const parent = tamedText(data.ParentWholeDisk);
  const bus = tamedText(data.BusProtocol)?.toLowerCase() ?? null;
  const isExternal = data.RemovableMediaOrExternalDevice === true || data.Internal === false || bus === 'usb';
  return {
    mountPath: data.MountPoint,
    device: data.DeviceIdentifier,
    ejectId: data.DeviceIdentifier,
    wholeDisk: parent !== null && deviceShape.test(parent) ? parent : null,
    volumeId: tamedId(data.VolumeUUID) ?? tamedId(data.DiskUUID),
    label: tamedText(data.VolumeName),
    fileSystem: tamedText(data.FilesystemType)?.toLowerCase() ?? null,
    sizeBytes: tamedBytes(data.TotalSize),
    // An APFS volume shares the space of its container and says 0 for itself.
    freeBytes: tamedBytes(data.APFSContainerFree) ?? tamedBytes(data.FreeSpace),
    isRemovable: isExternal,
    isReadOnly: data.WritableVolume === false,
    bus,
  };
}

function isPersons(mountPoint: string): boolean {
  return mountPoint.startsWith('/') && mountPoint !== '/' && !/^\/(System|private|dev)(\/|$)/.test(mountPoint);
}

function plistOf(text: string): unknown {
  // The parser writes its complaints about other texts to stderr.
  if (!text.startsWith('<?xml')) return undefined;
  try {
    return parse(text);
  } catch {
    // The schema refuses undefined: an answer that is no plist lists nothing.
    return undefined;
  }
}
