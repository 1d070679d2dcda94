import type { KeySlot as SlotView } from '../../../../shared/model/keys.ts';
import { isoUtc } from '../../platform/clock.ts';
import { wayOf, type Guarded, type RepositoryHeader, type Slot } from '../../repository/index.ts';
import type { EngineContext } from '../engine-context.ts';

/** Throws a plain error for a slot that is not in this header. */
export async function viewOf(context: EngineContext, header: RepositoryHeader, slotId: string): Promise<SlotView> {
  const view = (await slotViews(context, header)).find(({ id }) => id === slotId);
  if (view === undefined) throw new Error('a slot of this header');
  return view;
}

/** The ways into both keys, as people see them: passphrases and sheets, with their holders. */
export async function slotViews(context: EngineContext, header: RepositoryHeader): Promise<SlotView[]> {
  const { holders } = await context.home.keyBook.read();
  const { entries } = await context.home.audit.read();
  const view =
    (key: Guarded) =>
    (slot: Slot): SlotView => ({
      id: slot.id,
      key,
      kind: wayOf(slot),
      createdAt: isoUtc(Date.parse(slot.createdAt)),
      holder: holders[slot.id] ?? null,
      rehearsedAt:
        entries.findLast(({ action, facts }) => action === 'kit.rehearse' && facts['slot'] === slot.id)?.at ?? null,
    });
  return [...header.slots.map(view('main')), ...header.vault.slots.map(view('vault'))];
}
