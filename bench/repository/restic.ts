import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { preparePipe, runShell } from '../pipe.ts';
import { megabytes, ratio, seconds, tableText } from '../report.ts';
import { flushDisks, folderBytes, type Rig } from '../rig.ts';
import { aDayPasses } from '../second.ts';
import type { BenchShop } from '../shop-generator.ts';

export async function hasRestic(signal: AbortSignal): Promise<boolean> {
  return (await runShell('command -v restic || true', [], signal)).output.trim() !== '';
}

/** A shop's two days in restic (the dump through a pipe, as its manual says for databases) and in ours. */
export async function resticReport(
  {
    rig,
    shop,
    dir,
    write,
  }: { readonly rig: Rig; readonly shop: BenchShop; readonly dir: string; readonly write: (line: string) => void },
  signal: AbortSignal,
): Promise<string> {
  const files = await preparePipe(dir, 'restic', shop.server);
  const passwordFile = join(dir, 'restic.password');
  await writeFile(passwordFile, 'a passphrase for the benchmark only\n', { mode: 0o600 });
  const repository = join(dir, 'restic');
  const restic = async (args: string) =>
    runShell(`restic -q --no-cache -r "$1" --password-file "$2" ${args}`, [repository, passwordFile], signal);
  await restic('init');
  const backUp = async () => {
    await flushDisks();
    return runShell(
      'mariadb-dump --defaults-extra-file="$3" --single-transaction --quick --skip-dump-date --databases "$4" | ' +
        'restic -q -r "$1" --password-file "$2" backup --stdin --stdin-filename shop.sql && sync -f "$1"',
      [repository, passwordFile, files.optionFile, shop.database],
      signal,
    );
  };
  const theirFirst = await backUp();
  const theirFirstBytes = await folderBytes(repository);
  const ourFirst = await rig.backUp('direct', 'days', shop.server);
  write(`first day: restic ${seconds(theirFirst.wallMs)}, ours ${seconds(ourFirst.wallMs)}`);
  await aDayPasses(files, shop.database, signal);
  const theirSecond = await backUp();
  const theirSecondBytes = await folderBytes(repository);
  const ourSecond = await rig.backUp('direct', 'days', shop.server, true);
  write(`second day: restic ${seconds(theirSecond.wallMs)}, ours ${seconds(ourSecond.wallMs)}`);
  const theirCheck = await restic('check --read-data');
  const ourCheck = await rig.verify('days');
  if (ourCheck.output.damaged.length + ourCheck.output.missing.length > 0) throw new Error('the copy is not sound');
  const row = (name: string, ours: number, theirs: number, text: (value: number) => string) => [
    name,
    text(theirs),
    text(ours),
    ratio(ours, theirs),
  ];
  return [
    `\n## Two days of a shop beside restic\n`,
    tableText(
      ['', 'restic', 'Shouhu', 'ratio'],
      [
        row('first day', ourFirst.wallMs, theirFirst.wallMs, seconds),
        row('second day', ourSecond.wallMs, theirSecond.wallMs, seconds),
        row('stored after the first day', ourFirst.storedBytes, theirFirstBytes, megabytes),
        row(
          'stored by the second day',
          ourSecond.storedBytes - ourFirst.storedBytes,
          theirSecondBytes - theirFirstBytes,
          megabytes,
        ),
        row('stored after both', ourSecond.storedBytes, theirSecondBytes, megabytes),
        row('check of all data', ourCheck.wallMs, theirCheck.wallMs, seconds),
      ],
    ),
  ].join('\n');
}
