import { resolve } from 'node:path';
import type { Command } from 'commander';
import { badArgument } from '../arguments/bad-argument.ts';
import { parseName, parseTables } from '../arguments/values.ts';
import { countText, durationText, sizeText } from '../output/figures.ts';
import type { Picker, VerbRun } from '../verb-context.ts';
import { addVaultFlags, readVault, type OpenVaultFlags } from './flags.ts';
import { noteLine } from './restore.ts';

interface ExportFlags extends OpenVaultFlags {
  readonly sql?: string;
  readonly tables?: string;
  readonly from?: string;
  readonly accounts?: true;
}

export function addExport(program: Command, { words, pick }: Picker): void {
  const command = program
    .command('export')
    .description(words.say('help.export'))
    .argument('<SNAPSHOT>', words.say('argument.snapshot'))
    .option('--sql <FILE[.zst]>', words.say('flag.sql'))
    .option('--tables <db.a,db.b>', words.say('flag.tables'))
    .option('--from <NAME>', words.say('flag.from'))
    .option('--accounts', words.say('flag.restore-accounts'));
  addVaultFlags(command, words).action((snapshot: string, flags: ExportFlags) => {
    pick(exportSql(snapshot, flags));
  });
}

function exportSql(snapshot: string, flags: ExportFlags): VerbRun {
  const { sql } = flags;
  if (sql === undefined) throw badArgument('--sql', 'missing');
  const tables = parseTables(flags.tables);
  const from = flags.from === undefined ? null : parseName(flags.from, '--from');
  return async (context) => {
    const { surroundings, words } = context;
    await context.unlock();
    const output = await context.call('export.run', {
      snapshot,
      path: resolve(surroundings.cwd, sql),
      tables,
      vault: await readVault(flags, context),
      from,
      ...(flags.accounts === true ? { accounts: true } : {}),
    });
    const lines = [
      words.say('export.done', {
        file: output.file,
        bytes: sizeText(output.bytes),
        tables: countText(output.tables),
        rows: countText(output.rows),
        time: durationText(output.durationMs, words),
      }),
      ...(output.vault === 'closed' ? [words.say('restore.vault-closed')] : []),
      ...(output.vault === 'open' ? [words.say('export.holds-cards')] : []),
      ...output.notes.map((note) => noteLine(note, words)),
    ];
    return { json: output, lines };
  };
}
