import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { useProfileFolder } from './profile-folder.ts';

it.each([
  [false, [['userData', join('/data/Shouhu', 'app')]]],
  [true, []],
])('keeps Chromium out of the home, unless a folder was given (%s)', (isGiven, calls) => {
  const setPath = vi.fn();
  const commandLine = { hasSwitch: () => isGiven } as unknown as Electron.CommandLine;
  useProfileFolder({ getPath: () => '/data/Shouhu', setPath, commandLine });
  expect(setPath.mock.calls).toEqual(calls);
});
