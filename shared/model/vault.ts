import { z } from 'zod';

/** A card vault that is open in the engine, and for what. */
export const openVaultSchema = z.object({
  id: z.uuid(),
  openedAt: z.iso.datetime(),
  /** When it is closed if its work stands still until then. */
  closesAt: z.iso.datetime(),
  jobId: z.string().nullable(),
  /** As a person gave it; may be empty. */
  reason: z.string(),
  source: z.string().optional(),
  /** `restore`, `export`, `export-log`, `add-cards` and what else there may be. */
  for: z.string().optional(),
});
export type OpenVault = z.infer<typeof openVaultSchema>;
