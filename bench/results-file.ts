import { readFile, writeFile } from 'node:fs/promises';

/** `RESULTS.md`: what the last full runs measured. Backup and memory are measured apart, and each keeps the other's part. */
const file = new URL('./RESULTS.md', import.meta.url);
const memoryHeading = '\n## Memory of the engine\n\n';

export async function keepBackupResults(text: string): Promise<void> {
  const { memory } = await readParts();
  await writeFile(file, `${text.trimEnd()}\n${memory}`);
}

export async function keepMemoryResults(text: string): Promise<void> {
  const { backup } = await readParts();
  await writeFile(file, `${backup.trimEnd()}\n${memoryHeading}${text.trimEnd()}\n`);
}

async function readParts(): Promise<{ readonly backup: string; readonly memory: string }> {
  const text = await readFile(file, 'utf8');
  const at = text.indexOf(memoryHeading);
  return at < 0 ? { backup: text, memory: '' } : { backup: text.slice(0, at), memory: text.slice(at) };
}
