import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { ledgerDefinitionSchema, type LedgerDefinition } from '../../../shared/model/database.ts';
import { badArgument } from './bad-argument.ts';

const fileSchema = z.union([z.array(ledgerDefinitionSchema).max(50), ledgerDefinitionSchema.transform((one) => [one])]);

/** The money tables an owner describes in a file: one definition or a list of them. */
export async function readLedgerFile(path: string): Promise<LedgerDefinition[]> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    throw badArgument(path, 'unreadable-file', { cause: error });
  });
  const ledgers = fileSchema.safeParse(parseJson(text, path));
  if (!ledgers.success) throw badArgument(path, 'not-a-ledger', { cause: ledgers.error });
  return ledgers.data;
}

function parseJson(text: string, path: string): unknown {
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (error) {
    throw badArgument(path, 'not-json', { cause: error });
  }
}
