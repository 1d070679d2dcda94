/** What the engine needs of our environment: programs, folders, languages, the SSH agent, its home. Nothing else. */
const passedOn = [
  'PATH',
  'HOME',
  'USERPROFILE',
  'APPDATA',
  'LOCALAPPDATA',
  'ProgramFiles',
  'ProgramFiles(x86)',
  'ProgramW6432',
  'ProgramData',
  'SystemRoot',
  'TEMP',
  'TMP',
  'TMPDIR',
  'LANG',
  'LC_ALL',
  'TZ',
  'XDG_DATA_HOME',
  'XDG_RUNTIME_DIR',
  'SSH_AUTH_SOCK',
  'SHOUHU_HOME',
];

/** Built from nothing, so that no passphrase or cloud key in a shell's environment travels further. */
export function engineEnvironment(env: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const passed: Record<string, string> = {};
  for (const name of passedOn) {
    const value = env[name];
    if (value !== undefined) passed[name] = value;
  }
  return passed;
}
