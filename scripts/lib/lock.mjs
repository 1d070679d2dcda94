/**
 * A lock between processes: a folder that only one of them can make, with the owner's process id inside. A lock whose
 * owner is dead is taken over. No packages.
 */
import { mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const pollMs = 200;
/** A folder with no owner written in it is a process that died between two system calls. */
const ownerlessMs = 10_000;

/**
 * Runs `work` while holding the lock and gives back its result. `onWait` is called once if another process holds it.
 * The parent folder must exist.
 */
export async function withLock(folder, work, onWait = () => {}) {
  let told = false;
  while (!take(folder)) {
    if (isAbandoned(folder)) {
      clear(folder);
      continue;
    }
    if (!told) onWait();
    told = true;
    await sleep(pollMs);
  }
  const release = () => rmSync(folder, { recursive: true, force: true });
  process.once('exit', release);
  try {
    return await work();
  } finally {
    process.off('exit', release);
    release();
  }
}

function take(folder) {
  try {
    mkdirSync(folder);
  } catch (error) {
    if (error.code === 'EEXIST') return false;
    throw error;
  }
  writeFileSync(join(folder, 'pid'), String(process.pid));
  return true;
}

/** Takes the abandoned lock out of the way by renaming, so that of two processes clearing it only one does. */
function clear(folder) {
  const aside = `${folder}.${process.pid}.old`;
  try {
    renameSync(folder, aside);
    // Between the look and the rename another process may have cleared it and taken it: then it is handed back.
    if (isAbandoned(aside)) rmSync(aside, { recursive: true, force: true });
    else renameSync(aside, folder);
  } catch {
    // Another process was quicker.
  }
}

function isAbandoned(folder) {
  try {
    return !isAlive(Number(readFileSync(join(folder, 'pid'), 'utf8')));
  } catch {
    // No owner written yet: young folders are being made right now, old ones were left behind.
    return ageMs(folder) > ownerlessMs;
  }
}

function ageMs(folder) {
  try {
    return Date.now() - statSync(folder).mtimeMs;
  } catch {
    // Gone meanwhile: the next try decides.
    return 0;
  }
}

function isAlive(pid) {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}
