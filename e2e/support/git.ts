import { runCommand } from '../../main/engine/platform/run-command.ts';

/** What the git of this machine says of a bare repository. Rejects when it refuses. */
export async function git(folder: string, ...args: readonly string[]): Promise<string> {
  const { exitCode, stdout, stderr } = await runCommand('git', ['-C', folder, ...args]);
  if (exitCode !== 0) throw new Error(`git ${args.join(' ')}: ${stderr}`);
  return stdout;
}
