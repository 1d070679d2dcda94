import { isAppErrorOf } from '../../../../shared/errors/app-error.ts';
import {
  decryptCredential,
  encryptCredential,
  recipientOfWords,
  type MainKeys,
  type RepositoryHeader,
  type SheetOfHolder,
} from '../../repository/index.ts';
import type { EngineContext } from '../engine-context.ts';
import type { KeyBookContent } from '../home/key-book.ts';

/**
 * Public keys of the vault's sheets: with one, a new vault key reaches a holder who is not there. Newer headers say them themselves; for older ones this home
 * remembers what it learnt when the words were in its hands.
 */

/** What the book is to know once these words were seen; nothing where they open no sheet of this header's vault. */
export function noteRecipient(
  header: RepositoryHeader,
  keys: MainKeys,
  words: string,
): (book: KeyBookContent) => KeyBookContent {
  const sheet = recipientOfWords(header, words);
  if (sheet === undefined) return (book) => book;
  const recipient = encryptCredential(keys, sheet.recipient, contextOf(sheet.id));
  return (book) => ({ ...book, recipients: { ...book.recipients, [sheet.id]: recipient } });
}

/** The sheets of the vault that can stay when it is given new keys, by slot id. An entry of the book that was meddled with is none. */
export async function recipientsOf(
  context: EngineContext,
  header: RepositoryHeader,
): Promise<ReadonlyMap<string, SheetOfHolder>> {
  const { recipients = {} } = await context.home.keyBook.read();
  const { keys } = context.unlocked();
  const sheets = new Map<string, SheetOfHolder>();
  for (const slot of header.vault.slots) {
    if (slot.kind === 'passphrase') continue;
    const { id, createdAt, salt } = slot;
    const recipient = slot.kind === 'recipient' ? slot.recipient : remembered(keys, recipients[id], id);
    if (recipient !== undefined) sheets.set(id, { id, createdAt, salt, recipient });
  }
  return sheets;
}

function remembered(keys: MainKeys, entry: string | undefined, slotId: string): string | undefined {
  if (entry === undefined) return undefined;
  try {
    return decryptCredential(keys, entry, contextOf(slotId));
  } catch (error) {
    // Not what this home wrote: then nobody knows the key, and the sheet is printed anew.
    if (isAppErrorOf(error, 'home.damaged')) return undefined;
    throw error;
  }
}

function contextOf(slotId: string): string {
  return `vault-recipient/${slotId}`;
}
