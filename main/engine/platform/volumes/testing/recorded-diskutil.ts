/**
 * What `diskutil list -plist` and `diskutil info -plist` say. Made by hand after diskutil(8) and published outputs of macOS 13 to 15: no Mac was at
 * hand. The exFAT stick has a Chinese name; `infoHostile` has what a malicious label and missing keys look like.
 */
const plist = (body: string): string => `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
${body}
</plist>
`;

export const listOfDesk = plist(`<dict>
  <key>AllDisks</key><array><string>disk0</string><string>disk4</string><string>disk4s1</string></array>
  <key>AllDisksAndPartitions</key>
  <array>
    <dict>
      <key>Content</key><string>GUID_partition_scheme</string>
      <key>DeviceIdentifier</key><string>disk0</string>
      <key>OSInternal</key><false/>
      <key>Partitions</key><array><dict><key>Content</key><string>Apple_APFS</string><key>DeviceIdentifier</key><string>disk0s2</string><key>Size</key><integer>494384795648</integer></dict></array>
      <key>Size</key><integer>500277792768</integer>
    </dict>
    <dict>
      <key>APFSVolumes</key>
      <array>
        <dict><key>DeviceIdentifier</key><string>disk3s1s1</string><key>MountPoint</key><string>/</string><key>VolumeName</key><string>Macintosh HD</string></dict>
        <dict><key>DeviceIdentifier</key><string>disk3s5</string><key>MountPoint</key><string>/System/Volumes/Data</string><key>VolumeName</key><string>Data</string></dict>
        <dict><key>DeviceIdentifier</key><string>disk3s9</string><key>VolumeName</key><string>not mounted</string></dict>
      </array>
      <key>DeviceIdentifier</key><string>disk3</string>
      <key>Partitions</key><array/>
    </dict>
    <dict>
      <key>Content</key><string>GUID_partition_scheme</string>
      <key>DeviceIdentifier</key><string>disk4</string>
      <key>Partitions</key>
      <array>
        <dict><key>Content</key><string>EFI</string><key>DeviceIdentifier</key><string>disk4s1</string><key>Size</key><integer>209715200</integer></dict>
        <dict><key>Content</key><string>Microsoft Basic Data</string><key>DeviceIdentifier</key><string>disk4s2</string><key>MountPoint</key><string>/Volumes/上海家里</string><key>VolumeName</key><string>上海家里</string></dict>
      </array>
    </dict>
    <dict><key>DeviceIdentifier</key><string>disk9; rm -rf /</string><key>MountPoint</key><string>/Volumes/x</string></dict>
  </array>
  <key>VolumesFromDisks</key><array><string>上海家里</string></array>
  <key>WholeDisks</key><array><string>disk0</string><string>disk4</string></array>
</dict>`);

export const infoOfStick = plist(`<dict>
  <key>BusProtocol</key><string>USB</string>
  <key>Content</key><string>Microsoft Basic Data</string>
  <key>DeviceIdentifier</key><string>disk4s2</string>
  <key>DiskUUID</key><string>0D3C7A4E-2B57-4C59-8E1B-6B3A8C1F0A11</string>
  <key>Ejectable</key><true/>
  <key>FilesystemType</key><string>exfat</string>
  <key>FreeSpace</key><integer>1500000000000</integer>
  <key>Internal</key><false/>
  <key>MountPoint</key><string>/Volumes/上海家里</string>
  <key>ParentWholeDisk</key><string>disk4</string>
  <key>RemovableMediaOrExternalDevice</key><true/>
  <key>Size</key><integer>2000189177856</integer>
  <key>TotalSize</key><integer>2000189177856</integer>
  <key>VolumeName</key><string>上海家里</string>
  <key>VolumeUUID</key><string>7C2E1F9A-3B4D-3C5E-9F60-1A2B3C4D5E6F</string>
  <key>WritableVolume</key><true/>
</dict>`);

export const infoOfApfs = plist(`<dict>
  <key>APFSContainerFree</key><integer>90000000000</integer>
  <key>BusProtocol</key><string>PCI-Express</string>
  <key>DeviceIdentifier</key><string>disk6s1</string>
  <key>FilesystemType</key><string>apfs</string>
  <key>FreeSpace</key><integer>0</integer>
  <key>Internal</key><true/>
  <key>MountPoint</key><string>/Volumes/Work</string>
  <key>RemovableMediaOrExternalDevice</key><false/>
  <key>TotalSize</key><integer>494384795648</integer>
  <key>VolumeName</key><string></string>
  <key>WritableVolume</key><false/>
</dict>`);

export const infoHostile = plist(`<dict>
  <key>DeviceIdentifier</key><string>disk7s1</string>
  <key>MountPoint</key><string>/Volumes/evil</string>
  <key>ParentWholeDisk</key><string>disk7; halt</string>
  <key>TotalSize</key><integer>-1</integer>
  <key>VolumeName</key><string>&lt;b&gt;a‮b&#10;c&lt;/b&gt;</string>
  <key>VolumeUUID</key><string>../../x</string>
</dict>`);
