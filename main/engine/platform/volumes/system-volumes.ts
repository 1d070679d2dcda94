import { access, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runCommand, type CommandResult } from '../run-command.ts';
import { withinTime } from '../within-time.ts';
import { linuxVolumes, lsblkArguments } from './linux-volumes.ts';
import { macVolume, mountedMacDevices } from './mac-volumes.ts';
import type { EjectOutcome, Volume, VolumeSource } from './volume.ts';
import { letterVolume, powershellScript, windowsVolumes } from './windows-volumes.ts';

/** PowerShell alone may take seconds to start on a cold machine. */
const listTimeoutMs = 20_000;
const ejectTimeoutMs = 60_000;
/** A slow stick may have hundreds of megabytes to write down. */
const flushTimeoutMs = 10 * 60_000;

/**
 * The volumes of this computer. Everything that could touch a disk happens in short-lived children: a disk that hangs holds
 * them and never this process.
 */
export function systemVolumes(platform: NodeJS.Platform = process.platform): VolumeSource {
  if (platform === 'linux') return linux;
  if (platform === 'darwin') return mac;
  return platform === 'win32' ? windows : unknownSystem;
}

/** What the program printed, or null: not there, ended badly, or not in time. */
async function answerOf(program: string, args: readonly string[], timeoutMs = listTimeoutMs): Promise<string | null> {
  const result = await resultOf(program, args, timeoutMs);
  return result?.exitCode === 0 ? result.stdout : null;
}

async function resultOf(
  program: string,
  args: readonly string[],
  timeoutMs: number,
): Promise<CommandResult | undefined> {
  // Killed at its limit, and not waited for when even that does not end it.
  const run = runCommand(program, args, { timeoutMs, env: { LC_ALL: 'C.UTF-8' } }).catch(() => undefined);
  return withinTime(run, timeoutMs + 1_000);
}

const linux: VolumeSource = {
  async list() {
    const [mountinfo, lsblk] = await Promise.all([
      readFile('/proc/self/mountinfo', 'utf8'),
      answerOf('lsblk', lsblkArguments),
    ]);
    return linuxVolumes(mountinfo, lsblk);
  },
  fingerprint: () => readFile('/proc/self/mountinfo', 'utf8'),
  async eject(volume) {
    if (!volume.isRemovable) return 'not-removable';
    if (volume.ejectId !== null) {
      const unmounted = await resultOf(
        'udisksctl',
        ['unmount', '--no-user-interaction', '-b', volume.ejectId],
        ejectTimeoutMs,
      );
      if (unmounted?.exitCode === 0) {
        if (volume.wholeDisk !== null)
          await resultOf('udisksctl', ['power-off', '--no-user-interaction', '-b', volume.wholeDisk], ejectTimeoutMs);
        return 'ejected';
      }
    }
    // Without udisks (servers): for root, and for disks that fstab lets a user unmount.
    const plain = await resultOf('umount', ['--', volume.mountPath], ejectTimeoutMs);
    return plain?.exitCode === 0 ? 'ejected' : plain === undefined ? 'unsupported' : 'busy';
  },
  flush: async (mountPath) => (await resultOf('sync', ['-f', '--', mountPath], flushTimeoutMs))?.exitCode === 0,
};

const mac: VolumeSource = {
  async list() {
    const list = await answerOf('/usr/sbin/diskutil', ['list', '-plist']);
    const devices = list === null ? [] : mountedMacDevices(list);
    const infos = await Promise.all(devices.map((id) => answerOf('/usr/sbin/diskutil', ['info', '-plist', id])));
    return infos.flatMap((info): Volume[] => {
      const volume = info === null ? null : macVolume(info);
      return volume === null ? [] : [volume];
    });
  },
  fingerprint: async () => (await readdir('/Volumes')).sort().join('\n'),
  async eject(volume) {
    if (!volume.isRemovable) return 'not-removable';
    if (volume.ejectId === null) return 'unsupported';
    const ejected = await resultOf('/usr/sbin/diskutil', ['eject', volume.ejectId], ejectTimeoutMs);
    return ejected?.exitCode === 0 ? 'ejected' : 'busy';
  },
  // sync(8) knows no single file system here.
  flush: async () => (await resultOf('/bin/sync', [], flushTimeoutMs))?.exitCode === 0,
};

const letters = Array.from({ length: 24 }, (_, index) => String.fromCharCode(0x43 + index));

const windows: VolumeSource = {
  async list() {
    const answer = await powershell(powershellScript, listTimeoutMs);
    const told = answer === null ? [] : windowsVolumes(answer);
    return told.length > 0 ? told : (await presentLetters()).map(letterVolume);
  },
  fingerprint: async () => (await presentLetters()).join(''),
  async eject(volume): Promise<EjectOutcome> {
    if (!volume.isRemovable) return 'not-removable';
    if (volume.ejectId === null || !/^[A-Z]$/.test(volume.ejectId)) return 'unsupported';
    // The shell's own verb: it answers at once and works in the background, so the letter is waited for.
    await powershell(ejectScript(volume.ejectId), ejectTimeoutMs);
    return (await presentLetters()).includes(volume.ejectId) ? 'busy' : 'ejected';
  },
  // Removable disks are written through (quick removal), and each object was flushed on its own handle.
  flush: () => Promise.resolve(true),
};

function ejectScript(letter: string): string {
  return `
(New-Object -ComObject Shell.Application).Namespace(17).ParseName('${letter}:').InvokeVerb('Eject')
for ($i = 0; $i -lt 40 -and (Test-Path '${letter}:\\'); $i++) { Start-Sleep -Milliseconds 250 }`;
}

/** By its full path, so that no other program of that name is found, and as base64, so that nothing needs quoting. */
function powershell(script: string, timeoutMs: number): Promise<string | null> {
  const system = process.env['SystemRoot'] ?? 'C:\\Windows';
  const program = join(system, 'System32', 'WindowsPowerShell', 'v1.0', 'powershell.exe');
  const encoded = Buffer.from(script, 'utf16le').toString('base64');
  return answerOf(program, ['-NoProfile', '-NonInteractive', '-EncodedCommand', encoded], timeoutMs);
}

/** Letters whose drive has not answered yet: it is not asked again until it has, or each look would cost one more thread. */
const lookedAt = new Map<string, Promise<boolean>>();

/** A drive that does not answer is there. */
async function presentLetters(): Promise<string[]> {
  const isThere = async (letter: string): Promise<boolean> => {
    const look = lookedAt.get(letter) ?? lookAt(letter);
    return (await withinTime(look, 2_000)) ?? true;
  };
  const present = await Promise.all(letters.map(isThere));
  return letters.filter((_, index) => present[index]);
}

function lookAt(letter: string): Promise<boolean> {
  const look = access(`${letter}:\\`)
    .then(
      () => true,
      () => false,
    )
    .finally(() => lookedAt.delete(letter));
  lookedAt.set(letter, look);
  return look;
}

const unknownSystem: VolumeSource = {
  list: () => Promise.resolve([]),
  fingerprint: () => Promise.resolve(''),
  eject: () => Promise.resolve('unsupported'),
  flush: () => Promise.resolve(false),
};
