/**
 * What `powershellScript` prints. Made by hand after Microsoft's reference of Get-Disk, Get-Partition, Get-Volume and ConvertTo-Json: no Windows was at
 * hand. Windows PowerShell 5.1 writes enumerations as text here because the script turns them into text itself.
 */
export const rowsOfDesk = JSON.stringify([
  {
    AccessPaths: ['C:\\', '\\\\?\\Volume{11111111-1111-4111-8111-111111111111}\\'],
    UniqueId: '\\\\?\\Volume{11111111-1111-4111-8111-111111111111}\\',
    Serial: 305419896,
    Label: 'Windows',
    FileSystem: 'NTFS',
    Size: 511000000000,
    SizeRemaining: 200000000000,
    BusType: 'NVMe',
    IsBoot: true,
    IsSystem: true,
    IsReadOnly: false,
  },
  {
    AccessPaths: ['\\\\?\\Volume{22222222-2222-4222-8222-222222222222}\\'],
    UniqueId: '\\\\?\\Volume{22222222-2222-4222-8222-222222222222}\\',
    Serial: null,
    Label: '',
    FileSystem: 'FAT32',
    Size: 100663296,
    SizeRemaining: 60000000,
    BusType: 'NVMe',
    IsBoot: false,
    IsSystem: true,
    IsReadOnly: false,
  },
  {
    AccessPaths: ['E:\\', 'C:\\冷备盘\\', '\\\\?\\Volume{33333333-3333-4333-8333-333333333333}\\'],
    UniqueId: '\\\\?\\Volume{33333333-3333-4333-8333-333333333333}\\',
    Serial: 439041101,
    Label: '北京办公室',
    FileSystem: 'exFAT',
    Size: 2000189177856,
    SizeRemaining: 1500000000000,
    BusType: 'USB',
    IsBoot: false,
    IsSystem: false,
    IsReadOnly: false,
  },
  {
    AccessPaths: 'F:\\',
    UniqueId: '',
    Serial: -3,
    Label: 'a\u0000b\u202Ec',
    FileSystem: null,
    Size: null,
    SizeRemaining: 1.5,
    BusType: '',
    IsBoot: null,
    IsSystem: null,
    IsReadOnly: true,
  },
  { AccessPaths: null, Label: 7 },
  'no row',
]);

/** One row comes as a list too, because the script says `-InputObject`. A byte order mark may stand before it. */
export const rowsOfOne = `\uFEFF[{"AccessPaths":["D:\\\\"],"UniqueId":"x","BusType":"SATA"}]`;
