import { z } from 'zod';
import { ledgerDefinitionSchema } from './database.ts';
import { factsSchema } from './facts.ts';

/** Why something is proposed: an id for a sentence, and what goes into it. Never a value of a column that may be secret. */
export const reasonSchema = z.strictObject({
  id: z.enum([
    'name-card',
    'comment-card',
    'table-cards',
    'table-orders',
    'sold-beside',
    'name-credential',
    'values-keys',
    'values-unique',
    'values-lines',
    'values-hashes',
    'no-rows',
    'unread',
    'amount-decimal',
    'amount-cents',
    'amount-text',
    'amount-float',
    'status-words',
    'status-unknown',
    'status-none',
    'time',
    'currency',
  ]),
  facts: factsSchema,
});
export type Reason = z.infer<typeof reasonSchema>;

export const proposedColumnSchema = z.strictObject({
  /** As `--secret` takes it. */
  name: z.string(),
  /** `card`: to be sealed · `credential`: a password or key, encrypted with everything else. */
  kind: z.enum(['card', 'credential']),
  /** It is sealed already. */
  isSealed: z.boolean(),
  why: z.array(reasonSchema),
});
export type ProposedColumn = z.infer<typeof proposedColumnSchema>;

export const proposedLedgerSchema = z.strictObject({
  definition: ledgerDefinitionSchema,
  /** Its table is counted already. */
  isKnown: z.boolean(),
  /** What the status column was seen to hold, when nobody can tell which of it means paid: then the owner says so. */
  statusValues: z.array(z.string()),
  why: z.array(reasonSchema),
});
export type ProposedLedger = z.infer<typeof proposedLedgerSchema>;
