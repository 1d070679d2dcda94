import { copyFile, cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runCommand } from '../../main/engine/platform/run-command.ts';

interface Opening {
  /** A copy on a disk. It is read and left as it is. */
  readonly folder: string;
  readonly mainWords: readonly string[];
  readonly vaultWords: readonly string[];
  /** Ways in of another day, in place of the copy's own. */
  readonly header?: string;
  /** Absent: the newest snapshot. */
  readonly snapshot?: string;
  /** Where to work. */
  readonly at: string;
}

/** Opens a snapshot with the program that lies in every copy, and counts the card codes of the sample shop that come out. */
export async function openCards({
  folder,
  mainWords,
  vaultWords,
  header,
  snapshot,
  at,
}: Opening): Promise<OpenedCards> {
  const dir = await mkdtemp(join(at, 'opening-'));
  try {
    const copy = join(dir, 'copy');
    const sql = join(dir, 'shop.sql');
    await cp(folder, copy, { recursive: true });
    if (header !== undefined) await copyFile(header, join(copy, 'shouhu.json'));
    const words = { main: join(dir, 'main.txt'), vault: join(dir, 'vault.txt') };
    await writeFile(words.main, mainWords.join(' '), { mode: 0o600 });
    await writeFile(words.vault, vaultWords.join(' '), { mode: 0o600 });
    const wanted = ['--repository', copy, '--sql', sql, '--snapshot', snapshot ?? 'latest'];
    const papers = ['--words-file', words.main, '--vault-words-file', words.vault];
    const reader = join('assets', 'recover', 'recover.mjs');
    const { exitCode, stderr } = await runCommand(process.execPath, [reader, ...wanted, ...papers, '--lang', 'en']);
    const written = (await textOf(sql)) ?? (await textOf(`${sql}.partial`)) ?? '';
    return { exitCode, said: stderr, cards: written.match(cardCode)?.length ?? 0 };
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

export interface OpenedCards {
  readonly exitCode: number;
  readonly said: string;
  readonly cards: number;
}

const cardCode = /'[0-9A-F]{6}(?:-[0-9A-F]{6}){3}'/g;

async function textOf(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
