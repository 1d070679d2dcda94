import { z } from 'zod';
import { schemaObjectSchema } from './database.ts';

/** The name of a lost object that stands for all of its kind in its database: the server does not even say which there are. */
export const allOfKind = '*';

/** Anything but a table that the server has, or says that it has, and that is not in the snapshot. */
export const lostObjectSchema = z.strictObject({
  database: z.string(),
  kind: schemaObjectSchema.shape.kind,
  /** `allOfKind`: all of this kind. */
  name: z.string(),
  /** denied: the account may not see its definition · damaged: the server itself cannot show it. */
  reason: z.enum(['denied', 'damaged']),
});
export type LostObject = z.infer<typeof lostObjectSchema>;

/** The check of a run that names them. `facts.objects` lists them for people, `manifest.lostObjects` for programs. */
export const lostObjectsCheck = 'objects-readable';

/** `view shop.totals`: how an object is named to people. */
export function objectText({ kind, database, name }: Pick<LostObject, 'database' | 'kind' | 'name'>): string {
  return `${kind} ${database}.${name}`;
}
