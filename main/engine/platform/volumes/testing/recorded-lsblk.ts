/**
 * What lsblk and /proc/self/mountinfo say. `lsblkOfDesk` is made by hand in the form of util-linux 2.38 (the shape was recorded on Debian 12,
 * the desk with its sticks was not at hand); `lsblkOld` in the form of 2.31, where numbers and truth are text.
 */
export const mountinfoOfDesk = String.raw`22 27 0:21 / /proc rw,relatime - proc proc rw
23 27 0:22 / /sys rw,relatime - sysfs sysfs rw
24 27 0:6 / /dev rw,relatime - devtmpfs devtmpfs rw,size=12334492k,mode=755
25 24 0:23 / /dev/shm rw,nosuid,nodev - tmpfs tmpfs rw
26 27 0:24 / /run rw,nosuid,nodev - tmpfs tmpfs rw,size=1213140k,mode=755
27 1 259:2 / / rw,relatime shared:1 - ext4 /dev/nvme0n1p2 rw
28 27 259:1 / /boot/efi rw,relatime shared:2 - vfat /dev/nvme0n1p1 rw,fmask=0077
31 26 8:17 / /run/media/me/\344\270\212\346\265\267\345\256\266\351\207\214\0402 rw,nosuid,nodev,relatime shared:40 - exfat /dev/sdb1 rw
32 26 8:18 / /run/media/me/1A2B-3C4D rw,nosuid,nodev,relatime shared:41 - vfat /dev/sdb2 rw
33 27 8:33 / /media/me/READONLY ro,nosuid,nodev - iso9660 /dev/sdc1 ro
34 27 0:45 / /mnt/office rw,relatime - cifs //nas/office rw,vers=3.0
35 27 0:46 / /mnt/ssh rw - fuse.sshfs me@host:/ rw
36 27 0:47 / /media/me/old rw,relatime - fuseblk /dev/sdd1 rw
37 27 8:17 /shouhu /home/me/usb rw,relatime shared:40 - exfat /dev/sdb1 rw
a line that is none
38 27
`;

export const lsblkOfDesk = JSON.stringify({
  blockdevices: [
    {
      name: 'nvme0n1',
      path: '/dev/nvme0n1',
      'maj:min': '259:0',
      type: 'disk',
      tran: 'nvme',
      hotplug: false,
      rm: false,
      ro: false,
      size: 512110190592,
      fstype: null,
      label: null,
      uuid: null,
      fsavail: null,
      children: [
        {
          name: 'nvme0n1p1',
          path: '/dev/nvme0n1p1',
          'maj:min': '259:1',
          type: 'part',
          tran: 'nvme',
          hotplug: false,
          rm: false,
          ro: false,
          size: 536870912,
          fstype: 'vfat',
          label: null,
          uuid: 'A1B2-C3D4',
          fsavail: 530000000,
        },
        {
          name: 'nvme0n1p2',
          path: '/dev/nvme0n1p2',
          'maj:min': '259:2',
          type: 'part',
          tran: 'nvme',
          hotplug: false,
          rm: false,
          ro: false,
          size: 511571922944,
          fstype: 'ext4',
          label: 'root',
          uuid: '0f0e0d0c-1111-4222-8333-444455556666',
          fsavail: 300000000000,
        },
      ],
    },
    {
      name: 'sdb',
      path: '/dev/sdb',
      'maj:min': '  8:16 ',
      type: 'disk',
      tran: 'usb',
      hotplug: true,
      rm: false,
      ro: false,
      size: 2000398934016,
      fstype: null,
      label: null,
      uuid: null,
      fsavail: null,
      children: [
        {
          name: 'sdb1',
          path: '/dev/sdb1',
          'maj:min': '8:17',
          type: 'part',
          tran: null,
          hotplug: true,
          rm: false,
          ro: false,
          size: 1999000000000,
          fstype: 'exfat',
          label: '上海家里 2',
          uuid: '5F3E-9A01',
          fsavail: 1500000000000,
        },
        {
          name: 'sdb2',
          path: '/dev/sdb2',
          'maj:min': '8:18',
          type: 'part',
          tran: null,
          hotplug: true,
          rm: false,
          ro: false,
          size: 1398934016,
          fstype: 'vfat',
          label: null,
          uuid: '1A2B-3C4D',
          fsavail: 1000000000,
        },
      ],
    },
    {
      name: 'sdc',
      path: '/dev/sdc',
      'maj:min': '8:32',
      type: 'disk',
      tran: 'usb',
      hotplug: true,
      rm: true,
      ro: true,
      size: 4000000000,
      children: [
        {
          name: 'sdc1',
          path: '/dev/sdc1',
          'maj:min': '8:33',
          type: 'part',
          ro: true,
          size: 3900000000,
          fstype: 'iso9660',
          label: '\u202Egpj.exe\u0007\n',
          uuid: '../../etc',
          fsavail: 0,
        },
      ],
    },
    {
      name: 'sdd',
      path: '/dev/sdd; reboot',
      'maj:min': '8:48',
      type: 'disk',
      tran: 'sata',
      hotplug: false,
      rm: false,
      ro: false,
      size: -5,
      children: [{ name: 'sdd1', path: '/dev/sdd1', 'maj:min': '8:49', type: 'part', size: '123abc', fsavail: 'NaN' }],
    },
  ],
});

export const lsblkOld = JSON.stringify({
  blockdevices: [
    {
      name: 'sdb',
      path: '/dev/sdb',
      'maj:min': '8:16',
      type: 'disk',
      tran: 'usb',
      hotplug: '1',
      rm: '0',
      ro: '0',
      size: '2000398934016',
      children: [
        {
          name: 'sdb1',
          path: '/dev/sdb1',
          'maj:min': '8:17',
          type: 'part',
          tran: null,
          hotplug: '1',
          rm: '0',
          ro: '0',
          size: '1999000000000',
          fstype: 'exfat',
          label: String.raw`\xe4\xb8\x8a\xe6\xb5\xb7`,
          uuid: '5F3E-9A01',
          fsavail: '1500000000000',
        },
      ],
    },
  ],
});
