import { describe, expect, it } from 'vitest';
import { linuxVolumes } from './linux-volumes.ts';
import { macVolume, mountedMacDevices } from './mac-volumes.ts';
import { systemVolumes } from './system-volumes.ts';
import { lsblkOfDesk, lsblkOld, mountinfoOfDesk } from './testing/recorded-lsblk.ts';
import { infoHostile, infoOfApfs, infoOfStick, listOfDesk } from './testing/recorded-diskutil.ts';
import { rowsOfDesk, rowsOfOne } from './testing/recorded-powershell.ts';
import { windowsVolumes } from './windows-volumes.ts';

describe('Linux', () => {
  const volumes = linuxVolumes(mountinfoOfDesk, lsblkOfDesk);
  const at = (path: string) => volumes.find(({ mountPath }) => mountPath === path);

  it('lists what a person mounted, and neither the system’s own places nor network shares', () => {
    expect(volumes.map(({ mountPath }) => mountPath)).toEqual([
      '/',
      '/boot/efi',
      '/run/media/me/上海家里 2',
      '/run/media/me/1A2B-3C4D',
      '/media/me/READONLY',
      '/media/me/old',
      '/home/me/usb',
    ]);
  });

  it('tells a stick with a Chinese label in full, its two partitions apart and its two mounts as one device', () => {
    expect(at('/run/media/me/上海家里 2')).toEqual({
      mountPath: '/run/media/me/上海家里 2',
      device: '8:17',
      ejectId: '/dev/sdb1',
      wholeDisk: '/dev/sdb',
      volumeId: '5f3e-9a01',
      label: '上海家里 2',
      fileSystem: 'exfat',
      sizeBytes: 1999000000000,
      freeBytes: 1500000000000,
      isRemovable: true,
      isReadOnly: false,
      bus: 'usb',
    });
    expect(at('/run/media/me/1A2B-3C4D')).toMatchObject({ label: null, device: '8:18', volumeId: '1a2b-3c4d' });
    expect(at('/home/me/usb')?.device).toBe('8:17');
  });

  it('never calls the system’s disk removable, and a read-only one read-only', () => {
    expect(at('/')).toMatchObject({ isRemovable: false, bus: 'nvme' });
    expect(at('/boot/efi')?.isRemovable).toBe(false);
    expect(at('/media/me/READONLY')).toMatchObject({ isReadOnly: true, isRemovable: true });
  });

  it('tames what a hostile disk says of itself', () => {
    expect(at('/media/me/READONLY')).toMatchObject({ label: 'gpj.exe', volumeId: null });
    expect(at('/media/me/old')).toMatchObject({
      ejectId: '/dev/sdd1',
      wholeDisk: null,
      sizeBytes: null,
      freeBytes: null,
    });
  });

  it('reads the text of old versions, and labels whose bytes were escaped', () => {
    const [stick] = linuxVolumes(mountinfoOfDesk, lsblkOld).filter(({ mountPath }) => mountPath.endsWith('里 2'));
    expect(stick).toMatchObject({ label: '上海', isRemovable: true, sizeBytes: 1999000000000 });
  });

  it.each([null, '', '[]', '{"blockdevices":7}', '{"blockdevices":[{"name":1}]} x'])(
    'lists mount points also where lsblk says %j',
    (lsblk) => {
      const [stick] = linuxVolumes(mountinfoOfDesk, lsblk).filter(({ mountPath }) => mountPath.endsWith('里 2'));
      expect(stick).toMatchObject({ device: '8:17', volumeId: null, isRemovable: false, fileSystem: 'exfat' });
    },
  );
});

describe('macOS', () => {
  it('asks about mounted devices of a person, and about no name that is none', () => {
    expect(mountedMacDevices(listOfDesk)).toEqual(['disk4s2']);
    expect(mountedMacDevices('')).toEqual([]);
    expect(mountedMacDevices('<plist><array/></plist>')).toEqual([]);
  });

  it('tells a stick', () => {
    expect(macVolume(infoOfStick)).toEqual({
      mountPath: '/Volumes/上海家里',
      device: 'disk4s2',
      ejectId: 'disk4s2',
      wholeDisk: 'disk4',
      volumeId: '7c2e1f9a-3b4d-3c5e-9f60-1a2b3c4d5e6f',
      label: '上海家里',
      fileSystem: 'exfat',
      sizeBytes: 2000189177856,
      freeBytes: 1500000000000,
      isRemovable: true,
      isReadOnly: false,
      bus: 'usb',
    });
  });

  it('takes an APFS volume’s room from its container, and a built-in disk for built in', () => {
    expect(macVolume(infoOfApfs)).toMatchObject({
      freeBytes: 90000000000,
      isRemovable: false,
      isReadOnly: true,
      label: null,
      volumeId: null,
    });
  });

  it('tames what a hostile disk says of itself', () => {
    expect(macVolume(infoHostile)).toMatchObject({
      label: '<b>abc</b>',
      volumeId: null,
      wholeDisk: null,
      sizeBytes: null,
    });
    expect(macVolume('not a plist')).toBeNull();
    expect(macVolume(infoOfStick.replaceAll('disk4s2', 'disk4s2 -force'))).toBeNull();
  });
});

describe('Windows', () => {
  const volumes = windowsVolumes(rowsOfDesk);

  it('lists every path of a volume, and no volume without one', () => {
    expect(volumes.map(({ mountPath }) => mountPath)).toEqual(['C:\\', 'E:\\', 'C:\\冷备盘\\', 'F:\\']);
    expect(volumes[1]?.device).toBe(volumes[2]?.device);
  });

  it('tells a stick by its bus and by the serial number that travels with it', () => {
    expect(volumes[1]).toEqual({
      mountPath: 'E:\\',
      device: '\\\\?\\Volume{33333333-3333-4333-8333-333333333333}\\',
      ejectId: 'E',
      wholeDisk: null,
      volumeId: '1a2b-3c4d',
      label: '北京办公室',
      fileSystem: 'exfat',
      sizeBytes: 2000189177856,
      freeBytes: 1500000000000,
      isRemovable: true,
      isReadOnly: false,
      bus: 'usb',
    });
    expect(volumes[0]).toMatchObject({ isRemovable: false, bus: 'nvme' });
  });

  it('takes missing and odd fields for unknown', () => {
    expect(volumes[3]).toMatchObject({
      label: 'abc',
      volumeId: null,
      sizeBytes: null,
      freeBytes: null,
      bus: null,
      device: 'f:\\',
      isReadOnly: true,
    });
    expect(windowsVolumes(rowsOfOne)).toMatchObject([{ mountPath: 'D:\\', isRemovable: false }]);
    for (const text of ['', 'null', '{}', '<Objs>']) expect(windowsVolumes(text)).toEqual([]);
  });
});

describe('this computer', () => {
  it('answers with its volumes, and with a fingerprint that stays while nothing is mounted', async () => {
    const source = systemVolumes();
    const volumes = await source.list();
    for (const { mountPath } of volumes) expect(mountPath).not.toBe('');
    if (process.platform === 'linux') expect(volumes.map(({ mountPath }) => mountPath)).toContain('/');
    expect(typeof (await source.fingerprint())).toBe('string');
  });

  it('never ejects what is built in', async () => {
    const source = systemVolumes();
    for (const volume of await source.list())
      if (!volume.isRemovable) expect(await source.eject(volume)).toBe('not-removable');
  });
});
