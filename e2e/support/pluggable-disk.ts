import { chmod, mkdir, statfs, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { makeImageDisk, whyNotMountable, type TestDisk } from '../../main/engine/jobs/cold/testing/image-disk.ts';

/**
 * A disk with a real file system that can be plugged in and pulled out: exFAT as on most sticks, ext4 where there is no driver for that. A text
 * says why this machine can have none.
 */
export async function pluggableDisk(dir: string, name: string, megabytes: number): Promise<TestDisk | string> {
  const reason = await whyNotMountable();
  if (reason !== null) return reason;
  const disk = await makeImageDisk(join(dir, `${name}.img`), 'exfat', megabytes);
  return typeof disk === 'string' ? makeImageDisk(join(dir, `${name}-ext4.img`), 'ext4', megabytes) : disk;
}

/**
 * A search path on which `lsblk` says of every device that it can be unplugged. A loop device is built in for the system and built-in disks are
 * never ejected; this is the one thing about these disks that is made up.
 */
export async function pathWithRemovableDisks(dir: string): Promise<string> {
  const bin = join(dir, 'bin');
  await mkdir(bin, { recursive: true });
  const script = `#!/bin/sh\nPATH='${process.env['PATH'] ?? ''}' lsblk "$@" | sed 's/"hotplug": *false/"hotplug": true/; s/"hotplug": *"0"/"hotplug": "1"/'\n`;
  await writeFile(join(bin, 'lsblk'), script);
  await chmod(join(bin, 'lsblk'), 0o755);
  return [bin, process.env['PATH'] ?? ''].join(delimiter);
}

/** Fills the disk until only so many bytes are free. */
export async function leaveFree(mountPoint: string, freeBytes: number): Promise<void> {
  const { bavail, bsize } = await statfs(mountPoint);
  await writeFile(join(mountPoint, '假期照片.zip'), Buffer.alloc(Math.max(0, bavail * bsize - freeBytes)));
}

/**
 * A Node for the engine whose clock stands so many days ahead, for what takes days; files keep the real time. Null where the engine does not run
 * under a Node of its own.
 */
export async function nodeInDays(dir: string, days: number): Promise<string | null> {
  const node = process.env['SHOUHU_ENGINE_NODE'];
  if (node === undefined) return null;
  const [file, shift] = [join(dir, 'node-in-days'), join(dir, 'ahead.mjs')];
  await writeFile(shift, `const now = Date.now;\nDate.now = () => now() + ${days * 86_400_000};\n`);
  await writeFile(file, `#!/bin/sh\nexec '${node}' --import '${shift}' "$@"\n`);
  await chmod(file, 0o755);
  return file;
}
