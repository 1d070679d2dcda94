import { resolve } from 'node:path';
import type { Command } from 'commander';
import { AppError } from '../../../shared/errors/app-error.ts';
import type { VerbInput, VerbOutput } from '../../../shared/ipc/engine-verbs.ts';
import type { HeaderCopy, KeyName, KeySlot } from '../../../shared/model/keys.ts';
import { badArgument } from '../arguments/bad-argument.ts';
import { parseName } from '../arguments/values.ts';
import type { Words } from '../language.ts';
import { countText, localTime, sizeText } from '../output/figures.ts';
import { textTable } from '../output/text-table.ts';
import { needSecret } from '../secrets.ts';
import type { Picker, VaultFlags, VerbContext, VerbRun } from '../verb-context.ts';
import { addVaultSecretFlags, needVault } from './flags.ts';

const slotShape = /^[0-9a-f-]{4,36}$/i;

type Opening = VerbInput<'key.changePassphrase'>['current'];

interface WhichFlags extends VaultFlags {
  readonly main?: true;
  readonly vault?: true;
}

interface SheetFlags extends WhichFlags {
  readonly dir?: string;
  readonly for?: string;
}

interface NewPassphraseFlags extends VaultFlags {
  readonly newPassphraseEnv?: string;
  readonly newPassphraseFile?: string;
}

interface RotationFlags extends NewPassphraseFlags {
  readonly dir?: string;
  readonly keep: readonly string[];
  readonly dryRun?: true;
  readonly reason?: string;
}

/** The verbs of keys and recovery sheets. */
export function addKeys(program: Command, { words, pick }: Picker): void {
  const kit = program.command('kit').description(words.say('help.kit'));
  addWhich(kit.command('write').description(words.say('help.kit-write')), words)
    .option('--dir <DIR>', words.say('flag.kit-dir'))
    .action((flags: SheetFlags) => {
      pick(writeSheets(flags, keysOf(flags) ?? ['main', 'vault'], null));
    });
  addWhich(kit.command('rehearse').description(words.say('help.kit-rehearse')), words)
    .option('--from <NAME>', words.say('flag.from'))
    .action((flags: WhichFlags & { readonly from?: string }) => {
      pick(rehearse(flags));
    });

  const key = program.command('key').description(words.say('help.key'));
  key
    .command('list')
    .description(words.say('help.key-list'))
    .action(() => {
      pick(list);
    });
  addWhich(key.command('add-sheet').description(words.say('help.key-add-sheet')), words)
    .option('--dir <DIR>', words.say('flag.kit-dir'))
    .option('--for <NAME>', words.say('flag.holder'))
    .action((flags: SheetFlags) => {
      const holder = flags.for === undefined ? null : parseName(flags.for, '--for');
      pick(writeSheets(flags, [oneKeyOf(flags)], holder));
    });
  key
    .command('revoke')
    .description(words.say('help.key-revoke'))
    .argument('<ID>', words.say('argument.slot'))
    .action((id: string) => {
      pick(revoke(id));
    });
  addNewPassphrase(key.command('passphrase').description(words.say('help.key-passphrase')), words).action(
    (flags: NewPassphraseFlags) => {
      pick(changePassphrase('main', flags));
    },
  );
  addRotation(key, words, pick);
  const vault = key.command('vault-passphrase').description(words.say('help.key-vault-passphrase'));
  addVaultSecretFlags(addNewPassphrase(vault, words), words).action((flags: NewPassphraseFlags) => {
    pick(changePassphrase('vault', flags));
  });
}

function addRotation(key: Command, words: Words, pick: Picker['pick']): void {
  const command = key
    .command('rotate-vault')
    .description(words.say('help.key-rotate-vault'))
    .option('--dir <DIR>', words.say('flag.kit-dir'))
    .option('--keep <ID>', words.say('flag.keep-sheet'), (id: string, all: string[]) => [...all, id], [])
    .option('--dry-run', words.say('flag.rotate-dry-run'))
    .option('--reason <TEXT>', words.say('flag.vault-reason'));
  addVaultSecretFlags(addNewPassphrase(command, words), words).action((flags: RotationFlags) => {
    pick(flags.dryRun === true ? checkRotation : rotateVault(flags));
  });
}

function addWhich(command: Command, words: Words): Command {
  return addVaultSecretFlags(
    command.option('--main', words.say('flag.key-main')).option('--vault', words.say('flag.key-vault')),
    words,
  );
}

function addNewPassphrase(command: Command, words: Words): Command {
  return command
    .option('--new-passphrase-env <NAME>', words.say('flag.new-passphrase-env'))
    .option('--new-passphrase-file <PATH>', words.say('flag.new-passphrase-file'));
}

function keysOf({ main, vault }: WhichFlags): KeyName[] | undefined {
  const named = [...(main === true ? ['main' as const] : []), ...(vault === true ? ['vault' as const] : [])];
  return named.length === 0 ? undefined : named;
}

function oneKeyOf(flags: WhichFlags): KeyName {
  const [key, another] = keysOf(flags) ?? [];
  if (another !== undefined) throw badArgument('--main --vault', 'not-together');
  if (key === undefined) throw badArgument('--main --vault', 'one-of');
  return key;
}

function writeSheets(flags: SheetFlags, keys: readonly KeyName[], holder: string | null): VerbRun {
  const { dir } = flags;
  if (dir === undefined) throw badArgument('--dir', 'missing');
  return async (context) => {
    const { words, surroundings } = context;
    const main = await context.unlockAndGive();
    const sheets: VerbOutput<'key.addSheet'>[] = [];
    for (const key of keys) {
      sheets.push(
        await context.call('key.addSheet', {
          key,
          current: key === 'main' ? main : await needVault(flags, context),
          dir: resolve(surroundings.cwd, dir),
          holder,
          language: words.language,
        }),
      );
    }
    const lines = sheets.flatMap(({ slot, kitFiles, copies }) => [
      words.say('key.sheet-written', { sheet: slotName(slot, words) }),
      ...kitFiles.map((file) => `  ${file}`),
      ...copyLines(copies, words),
      '',
    ]);
    lines.push(words.say('key.sheet-new'), words.say('key.sheet-next'));
    return { json: { sheets }, lines };
  };
}

function rehearse(flags: WhichFlags & { readonly from?: string }): VerbRun {
  const key = oneKeyOf(flags);
  const from = flags.from === undefined ? null : parseName(flags.from, '--from');
  return async (context) => {
    const { words } = context;
    // The vault's words say nothing about which rows they open: that is in the records, under the main key.
    if (key === 'vault') await context.unlockByPassphrase();
    const told = await context.call('kit.rehearse', { key, words: await sheetWords(flags, context), from });
    const lines = [
      words.say(`rehearse.${key}`, {
        destination: told.destination,
        at: localTime(told.at),
        table: told.table,
        rows: countText(told.rows),
      }),
      words.say('rehearse.sheet', { sheet: told.slot.slice(0, 8), holder: told.holder ?? words.say('key.owner') }),
    ];
    return { json: told, lines };
  };
}

/** From a file (`--words-file`, for the vault also `--vault-words-file`), or typed: what is rehearsed is the paper. */
async function sheetWords({ vaultWordsFile }: VaultFlags, context: VerbContext): Promise<string> {
  const { surroundings, words, flags } = context;
  const file = flags.wordsFile ?? vaultWordsFile;
  if (file !== undefined) return context.readWords(file);
  return needSecret('sheet-words', { ask: 'once' }, surroundings, words);
}

const list: VerbRun = async (context) => {
  const { words } = context;
  const output = await context.call('key.list', {});
  const rows = output.slots.map((slot) => [
    slot.id.slice(0, 8),
    words.say(`key-name.${slot.key}`),
    words.say(`slot-kind.${slot.kind}`),
    slot.kind === 'passphrase' ? '' : (slot.holder ?? words.say('key.owner')),
    localTime(slot.createdAt),
    slot.rehearsedAt === null ? '' : words.say('key.rehearsed', { at: localTime(slot.rehearsedAt) }),
  ]);
  const columns = (['id', 'key', 'kind', 'holder', 'added', 'note'] as const).map((id) => ({
    title: words.say(`column.${id}`),
  }));
  const behind = output.behind.map(({ destination, reason }) => words.say(`key.copy-${reason}`, { destination }));
  return { json: output, lines: [...textTable(columns, rows), ...(behind.length === 0 ? [] : ['', ...behind])] };
};

function revoke(slot: string): VerbRun {
  if (!slotShape.test(slot)) throw new AppError('keys.unknown-slot', { slot });
  return async (context) => {
    const { words } = context;
    await context.unlock();
    const output = await context.call('key.revoke', { slot });
    const lines = [
      words.say('key.revoked', { sheet: slotName(output.slot, words) }),
      ...copyLines(output.copies, words),
      '',
      words.say('key.revoked-limit'),
    ];
    return { json: output, lines };
  };
}

function changePassphrase(key: KeyName, flags: NewPassphraseFlags): VerbRun {
  return async (context) => {
    const { words, surroundings } = context;
    const main = await context.unlockAndGive();
    const current: Opening = key === 'main' ? main : await needVault(flags, context);
    const { newPassphraseEnv: env, newPassphraseFile: file } = flags;
    const newPassphrase = await needSecret('new-passphrase', { env, file, ask: 'twice' }, surroundings, words);
    const output = await context.call('key.changePassphrase', { key, current, newPassphrase });
    const engine = await context.engine();
    const remembered = (await engine.rememberedEnvNames())[key === 'main' ? 'passphrase' : 'vault'];
    if (env !== undefined) await engine.rememberEnvNames(key === 'main' ? { passphrase: env } : { vault: env });
    const stale = remembered === null || env !== undefined ? [] : [words.say('key.env-stale', { env: remembered })];
    const lines = [
      words.say('key.changed', { key: words.say(`key-name.${key}`) }),
      ...copyLines(output.copies, words),
      '',
      ...stale,
      words.say('key.changed-limit'),
    ];
    return { json: output, lines };
  };
}

const checkRotation: VerbRun = async (context) => {
  const { words } = context;
  await context.unlock();
  const output = await context.call('key.rotateVaultCheck', {});
  const lines = [
    ...output.sheets.map(({ slot, canStay }) =>
      canStay
        ? words.say('key.rotate-stays', { ...ownedSheet(slot, words), id: slot.id.slice(0, 8) })
        : words.say('key.rotate-cannot-stay', ownedSheet(slot, words)),
    ),
    ...output.copies.map(({ destination, state }) => words.say(`key.rotate-${state}`, { destination })),
    sizeLine(output.sealedBytes, words),
    '',
    words.say('key.rotate-nothing'),
  ];
  return { json: output, lines };
};

function rotateVault(flags: RotationFlags): VerbRun {
  const { dir, keep, newPassphraseEnv: env, newPassphraseFile: file } = flags;
  if (dir === undefined) throw badArgument('--dir', 'missing');
  for (const id of keep) if (!slotShape.test(id)) throw new AppError('keys.unknown-slot', { slot: id });
  return async (context) => {
    const { words, surroundings } = context;
    await context.unlock();
    const current = await needVault(flags, context);
    const newPassphrase = await needSecret('new-passphrase', { env, file, ask: 'twice' }, surroundings, words);
    const output = await context.call('key.rotateVault', {
      current,
      newPassphrase,
      dir: resolve(surroundings.cwd, dir),
      language: words.language,
      keep: [...keep],
      ...(flags.reason === undefined ? {} : { reason: flags.reason.slice(0, 300) }),
    });
    const engine = await context.engine();
    const remembered = (await engine.rememberedEnvNames()).vault;
    if (env !== undefined) await engine.rememberEnvNames({ vault: env });
    const gone = output.gone.filter(({ kind }) => kind === 'recovery');
    const lines = [
      words.say('key.rotated', { sheet: slotName(output.slot, words) }),
      ...output.kitFiles.map((path) => `  ${path}`),
      ...output.kept.map((slot) => `  ✓ ${words.say('key.rotated-kept', ownedSheet(slot, words))}`),
      ...gone.map((slot) => `  ✗ ${words.say('key.rotated-gone', ownedSheet(slot, words))}`),
      ...copyLines(output.copies, words),
      '',
      sizeLine(output.sealedBytes, words),
      ...(remembered === null || env !== undefined ? [] : [words.say('key.env-stale', { env: remembered })]),
      words.say('key.rotated-limit'),
      words.say('key.rotated-next'),
    ];
    return { json: output, lines };
  };
}

function sizeLine(sealedBytes: number | null, words: Words): string {
  return sealedBytes === null
    ? words.say('key.rotated-size-unknown')
    : words.say('key.rotated-size', { size: sizeText(sealedBytes) });
}

function ownedSheet(slot: KeySlot, words: Words): { readonly sheet: string; readonly holder: string } {
  return { sheet: slotName(slot, words), holder: slot.holder ?? words.say('key.owner') };
}

function slotName({ id, key }: KeySlot, words: Words): string {
  return `${words.say(`key-name.${key}`)} ${id.slice(0, 8)}`;
}

function copyLines(copies: readonly HeaderCopy[], words: Words): string[] {
  return copies.flatMap(({ destination, state, errorCode, oldForDays: days }) => {
    if (state === 'owed' && errorCode === 'backend.locked')
      return [`  ! ${words.say('key.copy-locked', { destination })}`];
    if (state !== 'renewed') return [`  ! ${words.say(`key.copy-${state}`, { destination })}`];
    const renewed = `  ✓ ${words.say('key.copy-renewed', { destination })}`;
    return days === undefined ? [renewed] : [renewed, `    ${words.say('key.copy-old-stays', { destination, days })}`];
  });
}
