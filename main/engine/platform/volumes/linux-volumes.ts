import { z } from 'zod';
import { jsonOf } from '../json-of.ts';
import { tamedBytes, tamedId, tamedText, type Volume } from './volume.ts';

/**
 * Linux: `/proc/self/mountinfo` says what is mounted where (proc(5)), `lsblk` what the devices are. Mount points are not taken
 * from lsblk: its column MOUNTPOINTS is younger than many systems in use (util-linux 2.37).
 */
export const lsblkArguments = [
  '--json',
  '-b',
  '-o',
  'NAME,PATH,MAJ:MIN,TYPE,TRAN,HOTPLUG,RM,RO,SIZE,FSTYPE,LABEL,UUID,FSAVAIL',
] as const;

/** Older versions write numbers and truth as text. */
const flag = z.union([z.boolean(), z.string(), z.number()]).nullish();
const deviceSchema = z.object({
  path: z.string().nullish(),
  'maj:min': z.string().nullish(),
  type: z.string().nullish(),
  tran: z.string().nullish(),
  hotplug: flag,
  rm: flag,
  ro: flag,
  size: z.unknown().optional(),
  fstype: z.string().nullish(),
  label: z.string().nullish(),
  uuid: z.string().nullish(),
  fsavail: z.unknown().optional(),
  get children() {
    return z.array(deviceSchema).nullish();
  },
});
type LsblkDevice = z.infer<typeof deviceSchema>;
const outputSchema = z.object({ blockdevices: z.array(deviceSchema) });

interface Mount {
  readonly number: string;
  readonly path: string;
  readonly options: readonly string[];
  readonly fileSystem: string;
  readonly source: string;
}

interface BlockDevice {
  readonly device: LsblkDevice;
  /** The disk that it is a part of, or itself. */
  readonly disk: LsblkDevice;
}

/**
 * Volumes of all mounts that a person's disk can be; `lsblk` null where it did not run. The system's own places (/proc, /sys, /dev, /run but
 * for /run/media, network shares) are left out: a share that hangs would take us with it.
 */
export function linuxVolumes(mountinfo: string, lsblk: string | null): Volume[] {
  const devices = lsblk === null ? new Map<string, BlockDevice>() : devicesOf(lsblk);
  return mountinfo
    .split('\n')
    .flatMap((line) => parseMount(line) ?? [])
    .filter(isPersons)
    .map((mount) => toVolume(mount, devices.get(mount.number) ?? devices.get(mount.source)));
}

function toVolume(mount: Mount, found: BlockDevice | undefined): Volume {
  const { device, disk } = found ?? {};
  const isHotplug = [device, disk].some((each) => isTrue(each?.hotplug) || isTrue(each?.rm) || each?.tran === 'usb');
  const isRemovable = isHotplug && mount.path !== '/' && !mount.path.startsWith('/boot');
  return {
    mountPath: mount.path,
    device: mount.number,
    ejectId: devicePath(device?.path),
    wholeDisk: devicePath(disk?.path),
    volumeId: tamedId(device?.uuid),
    label: tamedText(unmangled(device?.label)),
    fileSystem: tamedText(device?.fstype ?? mount.fileSystem)?.toLowerCase() ?? null,
    sizeBytes: tamedBytes(device?.size),
    freeBytes: tamedBytes(device?.fsavail),
    isRemovable,
    isReadOnly: mount.options.includes('ro') || isTrue(device?.ro),
    bus: tamedText(disk?.tran ?? device?.tran)?.toLowerCase() ?? null,
  };
}

/** By device number and by path: btrfs and FUSE mounts have numbers of their own. */
function devicesOf(lsblk: string): Map<string, BlockDevice> {
  const found = new Map<string, BlockDevice>();
  const parsed = outputSchema.safeParse(jsonOf(lsblk));
  if (!parsed.success) return found;
  const walk = (device: LsblkDevice, disk: LsblkDevice): void => {
    const entry = { device, disk };
    if (typeof device.path === 'string') found.set(device.path, entry);
    if (typeof device['maj:min'] === 'string') found.set(device['maj:min'].trim(), entry);
    for (const child of device.children ?? []) walk(child, disk);
  };
  for (const device of parsed.data.blockdevices) walk(device, device);
  return found;
}

/** `36 35 98:0 /root /mount rw,noatime optional:1 - ext3 /dev/root rw` */
function parseMount(line: string): Mount | null {
  const [before, after] = line.split(' - ');
  const [, , number, , path, options] = (before ?? '').split(' ');
  const [fileSystem, source, superOptions] = (after ?? '').split(' ');
  if (number === undefined || path === undefined || options === undefined) return null;
  if (fileSystem === undefined || source === undefined) return null;
  const all = [...options.split(','), ...(superOptions ?? '').split(',')];
  return { number, path: unescaped(path), options: all, fileSystem, source: unescaped(source) };
}

const shares = /^(nfs\d?|cifs|smb\d?|smbfs|sshfs|fuse\.sshfs|fuse\.rclone|9p|ceph|afs|davfs)$/;

function isPersons({ path, source, fileSystem }: Mount): boolean {
  if (shares.test(fileSystem) || !path.startsWith('/')) return false;
  if (/^\/(proc|sys|dev)(\/|$)/.test(path)) return false;
  if (/^\/run(\/|$)/.test(path) && !path.startsWith('/run/media/')) return false;
  return (
    source.startsWith('/dev/') || fileSystem.startsWith('fuse') || fileSystem === 'tmpfs' || fileSystem === 'btrfs'
  );
}

/** The kernel writes space, tab, newline and backslash in octal. */
function unescaped(text: string): string {
  return text.replaceAll(/(?:\\[0-7]{3})+/g, (run) => {
    const bytes = run
      .split('\\')
      .slice(1)
      .map((octal) => Number.parseInt(octal, 8));
    return Buffer.from(bytes).toString('utf8');
  });
}

/** Under a locale without UTF-8, lsblk writes each byte of a Chinese label as `\xe5`. */
function unmangled(label: string | null | undefined): string | null {
  if (label === null || label === undefined) return null;
  return label.replaceAll(/(?:\\x[0-9a-f]{2})+/gi, (bytes) =>
    Buffer.from(bytes.replaceAll('\\x', ''), 'hex').toString('utf8'),
  );
}

function devicePath(path: string | null | undefined): string | null {
  return typeof path === 'string' && /^\/dev\/[\w./-]{1,100}$/.test(path) && !path.includes('..') ? path : null;
}

function isTrue(value: unknown): boolean {
  return value === true || value === 1 || value === '1';
}
