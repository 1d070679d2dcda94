import { z } from 'zod';
import { acceptedThingSchema } from './coverage.ts';
import { foundShopSchema } from './source.ts';

/**
 * What an owner has decided about a shop and no table tells: kept with each snapshot, so that nothing has to be answered again on another computer. Names, paths and
 * reasons; no password, no address of a server. Absent fields: nothing was said.
 */
export const sourceChoicesSchema = z.strictObject({
  shops: z.array(foundShopSchema).optional(),
  openColumns: z.array(z.string()).optional(),
  leaveOut: z.array(z.string()).optional(),
  items: z.array(z.strictObject({ item: z.string(), since: z.iso.datetime() })).optional(),
  accepted: z.array(acceptedThingSchema).optional(),
});
export type SourceChoices = z.infer<typeof sourceChoicesSchema>;
