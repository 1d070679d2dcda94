import type { TableSchema } from '../../../../../shared/model/database.ts';
import { bufferOf } from '../../../platform/buffer-of.ts';
import { joinGroups, joinWithoutVault } from './join-groups.ts';
import { layoutOf } from './layout.ts';

/**
 * The texts of one chunk as whole rows in column order. Without the sealed text (the vault is closed) secret columns hold stand-ins.
 *
 * @param rowsBefore rows of the table in earlier chunks: keeps stand-ins under a unique key apart
 * @throws AppError those of `joinGroups` and `joinWithoutVault`
 */
export function wholeRows(
  schema: TableSchema,
  openText: Uint8Array,
  sealedText: Uint8Array | null,
  rowsBefore: number,
): Buffer {
  const open = bufferOf(openText);
  if (!schema.columns.some((column) => column.secret)) return open;
  const layout = layoutOf(schema);
  return sealedText === null
    ? joinWithoutVault(schema, layout, open, rowsBefore + 1)
    : joinGroups(layout, open, bufferOf(sealedText));
}
