import type { LedgerDefinition } from '../../shared/model/database.ts';

/** The unit of a ledger's sums, by its name; yuan when its definition is not known any more. */
export function unitOf(name: string, definitions: readonly LedgerDefinition[]): LedgerDefinition['unit'] {
  return definitions.find((one) => one.name === name)?.unit ?? 'yuan';
}
