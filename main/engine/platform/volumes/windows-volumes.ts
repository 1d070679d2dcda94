import { z } from 'zod';
import { jsonOf } from '../json-of.ts';
import { bareVolume, tamedBytes, tamedText, type Volume } from './volume.ts';

/**
 * Windows: partitions with their disk and volume, as JSON (Storage module, Windows 8 and later). DriveType is not asked: USB hard disks
 * are "fixed" there; the disk's bus decides. The volume's serial number (Win32_Volume) travels with the disk, its GUID does not.
 * Output is forced to UTF-8: a Chinese Windows would answer in GBK.
 */
export const powershellScript = `
$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'
[Console]::OutputEncoding = New-Object System.Text.UTF8Encoding($false)
$serials = @{}
Get-CimInstance Win32_Volume | ForEach-Object { $serials[[string]$_.DeviceID] = $_.SerialNumber }
$disks = @{}
Get-Disk | ForEach-Object { $disks[[string]$_.Number] = $_ }
$rows = @(foreach ($partition in Get-Partition) {
  $volume = $partition | Get-Volume -ErrorAction SilentlyContinue
  if ($null -eq $volume) { continue }
  $disk = $disks[[string]$partition.DiskNumber]
  [pscustomobject]@{
    AccessPaths = @($partition.AccessPaths | Where-Object { $_ })
    UniqueId = [string]$volume.UniqueId
    Serial = $serials[[string]$volume.UniqueId]
    Label = [string]$volume.FileSystemLabel
    FileSystem = [string]$volume.FileSystem
    Size = $volume.Size
    SizeRemaining = $volume.SizeRemaining
    BusType = [string]$disk.BusType
    IsBoot = [bool]$disk.IsBoot
    IsSystem = [bool]$disk.IsSystem
    IsReadOnly = [bool]($disk.IsReadOnly -or $partition.IsReadOnly)
  }
})
ConvertTo-Json -InputObject $rows -Compress -Depth 3
`;

const rowSchema = z.object({
  AccessPaths: z.union([z.array(z.string()), z.string()]).nullish(),
  UniqueId: z.string().nullish(),
  Serial: z.number().nullish(),
  Label: z.string().nullish(),
  FileSystem: z.string().nullish(),
  Size: z.unknown().optional(),
  SizeRemaining: z.unknown().optional(),
  BusType: z.string().nullish(),
  IsBoot: z.boolean().nullish(),
  IsSystem: z.boolean().nullish(),
  IsReadOnly: z.boolean().nullish(),
});

/** Buses whose disks are made to be unplugged. */
const removableBuses: readonly (string | null)[] = ['usb', 'sd', 'mmc', '1394'];

/** A volume with several folders or letters is listed once for each; one that cannot be reached by a path is left out. */
export function windowsVolumes(json: string): Volume[] {
  const parsed = z.array(z.unknown()).safeParse(jsonOf(json));
  if (!parsed.success) return [];
  return parsed.data.flatMap((row) => {
    const checked = rowSchema.safeParse(row);
    return checked.success ? volumesOfRow(checked.data) : [];
  });
}

function volumesOfRow(row: z.infer<typeof rowSchema>): Volume[] {
  const bus = tamedText(row.BusType)?.toLowerCase() ?? null;
  const paths = typeof row.AccessPaths === 'string' ? [row.AccessPaths] : (row.AccessPaths ?? []);
  return paths
    .filter((path) => /^[A-Za-z]:\\/.test(path))
    .map((path) => {
      const letter = /^([A-Za-z]):\\$/.exec(path)?.[1]?.toUpperCase() ?? null;
      return {
        mountPath: path,
        device: tamedText(row.UniqueId) ?? path.toLowerCase(),
        ejectId: letter,
        wholeDisk: null,
        volumeId: serialText(row.Serial),
        label: tamedText(row.Label),
        fileSystem: tamedText(row.FileSystem)?.toLowerCase() ?? null,
        sizeBytes: tamedBytes(row.Size),
        freeBytes: tamedBytes(row.SizeRemaining),
        isRemovable: removableBuses.includes(bus) && row.IsBoot !== true && row.IsSystem !== true,
        isReadOnly: row.IsReadOnly === true,
        bus,
      };
    });
}

/** As `vol` writes it: 1A2B-3C4D, lower case. */
function serialText(serial: number | null | undefined): string | null {
  if (serial === null || serial === undefined || !Number.isInteger(serial) || serial < 0 || serial > 0xffffffff)
    return null;
  const hex = serial.toString(16).padStart(8, '0');
  return `${hex.slice(0, 4)}-${hex.slice(4)}`;
}

/** What is known of drive letters when PowerShell may not be run (policies of companies): that they are there. */
export function letterVolume(letter: string): Volume {
  const mountPath = `${letter}:\\`;
  return bareVolume(mountPath, mountPath.toLowerCase());
}
