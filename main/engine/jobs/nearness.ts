import type { DestinationRole } from '../../../shared/model/destination.ts';

/** How near a copy is by its role, nearest lowest: which one a backup is captured into and a restore is read from first. */
export const nearness: Record<DestinationRole, number> = { main: 0, 'second-disk': 1, offsite: 2, cold: 3, cloud: 4 };

/** The same, nearest first; of one role as they were. */
export function nearestFirst<D extends { readonly role: DestinationRole }>(destinations: readonly D[]): D[] {
  return [...destinations].sort((a, b) => nearness[a.role] - nearness[b.role]);
}
