import { z } from 'zod';

/** How often a disk that travels comes home. `weekday`: 0 Sunday … 6 Saturday, null for any day. */
export const coldScheduleSchema = z.strictObject({
  everyDays: z.int().min(1).max(365),
  weekday: z.int().min(0).max(6).nullable(),
  /** Begin by itself when the disk arrives and is due. */
  autoRun: z.boolean(),
});
export type ColdSchedule = z.infer<typeof coldScheduleSchema>;

export const defaultColdSchedule: ColdSchedule = { everyDays: 7, weekday: null, autoRun: false };
