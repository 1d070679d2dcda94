/** Electron's fuses, read back from a packed program: what the configuration asks for is not proof of what was made. */
import { FuseState, FuseV1Options, getCurrentFuseWire } from '@electron/fuses';

/** One sentence per fuse that is not as `wanted` (`{ runAsNode: false, … }`, electron-builder's names) says. */
export async function fuseProblems(program, wanted) {
  const wire = await getCurrentFuseWire(program);
  return Object.entries(wanted).flatMap(([name, state]) => {
    if (typeof state !== 'boolean') return [];
    const index = FuseV1Options[name[0].toUpperCase() + name.slice(1)];
    const expected = state ? FuseState.ENABLE : FuseState.DISABLE;
    return wire[index] === expected ? [] : [`Fuse ${name} should be ${state ? 'on' : 'off'}.`];
  });
}
