import type { KeySlot } from '../../../shared/model/keys.ts';
import { idOf } from './sample-shop.ts';

/** A passphrase and a sheet for each key, as after the first start. */
export function sampleSlots(nowMs: number): KeySlot[] {
  const createdAt = new Date(nowMs - 120 * 3_600_000).toISOString();
  return (['main', 'vault'] as const).flatMap((key, at) =>
    (['passphrase', 'recovery'] as const).map((kind, of) => ({
      id: idOf(700 + 10 * at + of),
      key,
      kind,
      createdAt,
      holder: null,
      rehearsedAt: null,
    })),
  );
}
