import { shell } from 'electron';

/** Opens a file of ours with the system's program for it. `openPath` reports failure as a text, not as an error. */
export async function openFile(path: string): Promise<void> {
  const complaint = await shell.openPath(path);
  if (complaint !== '') throw new Error(`The file could not be opened: ${complaint}`);
}
