import { readFile, writeFile } from 'node:fs/promises';

/** `RESULTS.md`: what the last full runs measured. Its five parts are measured apart, and each run keeps the others' parts. */
const file = new URL('./RESULTS.md', import.meta.url);
/** In the order of the file. The backup's part is what stands before the others. */
const headings = {
  memory: '\n## Memory of the engine\n\n',
  repository: '\n# Benchmark of the repository\n\n',
  stream: '\n# Benchmark of the stored log\n\n',
  rpo: '\n# Seconds of trade that would be lost\n\n',
} as const;

type Parts = Record<'backup' | keyof typeof headings, string>;

export const keepBackupResults = (text: string): Promise<void> => keep({ backup: text });
export const keepMemoryResults = (text: string): Promise<void> => keep({ memory: text });
export const keepStreamResults = (text: string): Promise<void> => keep({ stream: text });
export const keepRpoResults = (text: string): Promise<void> => keep({ rpo: text });
export const keepRepositoryResults = (text: string): Promise<void> => keep({ repository: text });

async function keep(changed: Partial<Parts>): Promise<void> {
  const { backup, memory, repository, stream, rpo } = { ...(await readParts()), ...changed };
  const part = (heading: string, text: string) => (text === '' ? '' : `${heading}${text.trimEnd()}\n`);
  await writeFile(
    file,
    `${backup.trimEnd()}\n${part(headings.memory, memory)}${part(headings.repository, repository)}${part(headings.stream, stream)}${part(headings.rpo, rpo)}`,
  );
}

async function readParts(): Promise<Parts> {
  const [whole = '', rpo = ''] = (await readFile(file, 'utf8')).split(headings.rpo);
  const [before = '', stream = ''] = whole.split(headings.stream);
  const [front = '', repository = ''] = before.split(headings.repository);
  const [backup = '', memory = ''] = front.split(headings.memory);
  return { backup, memory, repository, stream, rpo };
}
