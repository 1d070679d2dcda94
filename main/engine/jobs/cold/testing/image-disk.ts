import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCommand } from '../../../platform/run-command.ts';

/**
 * Disks that are really mounted and unmounted: tmpfs, and images of exFAT, FAT32 and ext4 behind loop devices or FUSE. They need root;
 * where mounting is not allowed, `whyNotMountable` says why and the test is skipped with that reason.
 */
/** A disk that can be plugged in somewhere and pulled out. */
export interface TestDisk {
  plugIn(at: string): Promise<void>;
  /** As a person pulls the plug: whatever is open stays open and leads nowhere. */
  pullOut(): Promise<void>;
  /** Unmounts and forgets the image. */
  destroy(): Promise<void>;
}

/** Why disks cannot be mounted here, or null. */
export async function whyNotMountable(): Promise<string | null> {
  if (process.platform !== 'linux') return 'real disks are mounted on Linux only';
  const probe = await mkdtemp(join(tmpdir(), 'shouhu-probe-'));
  try {
    const mounted = await runCommand('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', probe]).catch(() => null);
    if (mounted?.exitCode !== 0) return `mounting is not allowed here: ${mounted?.stderr.trim() ?? 'no mount program'}`;
    await runCommand('umount', [probe]);
    return null;
  } finally {
    await rm(probe, { recursive: true, force: true });
  }
}

export type ImageKind = 'ext4' | 'exfat' | 'vfat';

/** Programs that a kind of disk needs, besides those every Linux has. */
const makers: Readonly<Record<ImageKind, readonly string[]>> = {
  ext4: ['mkfs.ext4', '-q', '-F', '-E', 'lazy_itable_init=0'],
  exfat: ['mkfs.exfat', '-L', '上海家里'],
  vfat: ['mkfs.vfat', '-F', '32', '-n', 'SHANGHAI'],
};

/** A disk in a file, or the reason why there can be none. */
export async function makeImageDisk(file: string, kind: ImageKind, megabytes: number): Promise<TestDisk | string> {
  await runCommand('truncate', ['-s', `${megabytes}M`, file]);
  const [maker = '', ...args] = makers[kind];
  const made = await runCommand(maker, [...args, file]).catch(() => null);
  if (made?.exitCode !== 0) return `${maker}: ${made?.stderr.trim() ?? 'not installed'}`;
  const loop = await runCommand('losetup', ['--find', '--show', file]).catch(() => null);
  if (loop?.exitCode !== 0) return `losetup: ${loop?.stderr.trim() ?? 'not installed'}`;
  const device = loop.stdout.trim();
  let at: string | null = null;
  const disk: TestDisk = {
    async plugIn(path) {
      await mkdir(path, { recursive: true });
      const mounted = await mountImage(kind, device, file, path);
      if (mounted !== null) throw new Error(mounted);
      at = path;
    },
    async pullOut() {
      if (at !== null) await runCommand('umount', ['-l', at]);
      at = null;
    },
    async destroy() {
      await disk.pullOut();
      await runCommand('losetup', ['-d', device]);
    },
  };
  // The file system's driver is there or not: a first mount tells.
  try {
    await disk.plugIn(`${file}.probe`);
    await disk.pullOut();
    return disk;
  } catch (error) {
    await disk.destroy();
    return error instanceof Error ? error.message : String(error);
  }
}

/** The kernel's driver, or the one in user space: this kernel may have neither FAT nor exFAT. Null when it is mounted. */
async function mountImage(kind: ImageKind, device: string, file: string, path: string): Promise<string | null> {
  const plain = await runCommand('mount', ['-t', kind, device, path]);
  if (plain.exitCode === 0 || kind === 'ext4') return plain.exitCode === 0 ? null : plain.stderr.trim();
  const [program, args] =
    kind === 'exfat' ? ['mount.exfat-fuse', [device, path]] : ['fusefat', ['-o', 'rw+', file, path]];
  const fuse = await runCommand(program, args).catch(() => null);
  return fuse?.exitCode === 0 ? null : `${plain.stderr.trim()}; ${program}: ${fuse?.stderr.trim() ?? 'not installed'}`;
}

/** A tmpfs is not a disk one can unplug and plug in again with its content: it can be moved to another mount point instead. */
export async function mountTmpfs(path: string, megabytes: number): Promise<void> {
  await mkdir(path, { recursive: true });
  const mounted = await runCommand('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', path]);
  if (mounted.exitCode !== 0) throw new Error(mounted.stderr);
}
