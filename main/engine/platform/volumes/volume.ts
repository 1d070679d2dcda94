/**
 * One mounted volume, as the operating system tells. What is null was not told: labels, ids and buses come from the disk or its
 * driver, so nothing may rest on them but words for a person; which disk it is decides the signed marker on it.
 */
export interface Volume {
  /** Absolute, as the system writes it: `/media/me/USB`, `/Volumes/USB`, `E:\`. */
  readonly mountPath: string;
  /** One value per mounted device: two mounts of one device share it, two disks never do while both are there. */
  readonly device: string;
  /** What the system's eject takes: `/dev/sdb1`, `disk4s1`, `E`. Null: it cannot be asked to eject this. */
  readonly ejectId: string | null;
  /** The whole disk to switch off after unmounting (Linux: `/dev/sdb`), or null. */
  readonly wholeDisk: string | null;
  /** The file system's own id, lower case: UUID, or eight hex digits of FAT and exFAT. It travels with the disk and is copied with it. */
  readonly volumeId: string | null;
  readonly label: string | null;
  /** Lower case: `exfat`, `vfat`, `ntfs`, `apfs`, `ext4`. */
  readonly fileSystem: string | null;
  readonly sizeBytes: number | null;
  readonly freeBytes: number | null;
  /** Made to be unplugged: USB, SD, FireWire or hot-pluggable, and not the disk the system runs from. */
  readonly isRemovable: boolean;
  readonly isReadOnly: boolean;
  /** `usb`, `sata`, `nvme` …, lower case. */
  readonly bus: string | null;
}

/** What lists volumes, notices changes and ejects; tests hand in their own. */
export interface VolumeSource {
  /** All mounted volumes. Never rejects and never hangs: what did not answer in time is left out or has nulls. */
  list(): Promise<readonly Volume[]>;
  /** A text that changes when something was mounted or unmounted, for asking every few seconds. Touches no disk. */
  fingerprint(): Promise<string>;
  /** Unmounts and, where that is usual, switches the disk off. Resolves to how it went; never rejects. */
  eject(volume: Volume): Promise<EjectOutcome>;
  /** Has the file system write everything down. False: could not be asked for, or not in time; each object was synced by itself anyway. */
  flush(mountPath: string): Promise<boolean>;
}

/** `busy`: a program still has files open. `not-removable`: built in, never ejected by us. `unsupported`: no way to ask. */
export type EjectOutcome = 'ejected' | 'busy' | 'not-removable' | 'unsupported';

/** The volume that a path lies on: the one whose mount point is the longest beginning of it. */
export function volumeOf(path: string, volumes: readonly Volume[]): Volume | null {
  let best: Volume | null = null;
  for (const volume of volumes) {
    const root = volume.mountPath.replace(/[\\/]+$/, '');
    const isOn = path === root || path.startsWith(`${root}/`) || path.startsWith(`${root}\\`);
    if (isOn && volume.mountPath.length > (best?.mountPath.length ?? -1)) best = volume;
  }
  return best;
}

const longestText = 200;

/** Text that came from a disk or its driver: no control or formatting characters, of bounded length, null when nothing is left. */
export function tamedText(text: unknown): string | null {
  if (typeof text !== 'string') return null;
  const tame = text
    .replaceAll(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, '')
    .trim()
    .slice(0, longestText);
  return tame === '' ? null : tame;
}

/** Ids compare without case; anything that is no plain id is not one. */
export function tamedId(id: unknown): string | null {
  return typeof id === 'string' && /^[0-9A-Za-z][0-9A-Za-z-]{3,63}$/.test(id) ? id.toLowerCase() : null;
}

export function tamedBytes(bytes: unknown): number | null {
  const number = typeof bytes === 'string' && /^\d{1,18}$/.test(bytes) ? Number(bytes) : bytes;
  return typeof number === 'number' && Number.isSafeInteger(number) && number >= 0 ? number : null;
}

/** A volume of which no more is known than that it is there. */
export function bareVolume(mountPath: string, device: string): Volume {
  return {
    mountPath,
    device,
    ejectId: null,
    wholeDisk: null,
    volumeId: null,
    label: null,
    fileSystem: null,
    sizeBytes: null,
    freeBytes: null,
    isRemovable: false,
    isReadOnly: false,
    bus: null,
  };
}
