import { z } from 'zod';
import { HomeJson } from './home-json.ts';

const unfinishedFilesSchema = z.strictObject({
  version: z.literal(1),
  files: z.array(z.strictObject({ id: z.uuid(), path: z.string() })),
});
export type UnfinishedFilesContent = z.infer<typeof unfinishedFilesSchema>;

/** `unfinished.json` of a home: files with a shop's rows in clear that are being written, or were when the program was killed. */
export class UnfinishedFiles extends HomeJson<UnfinishedFilesContent> {
  constructor(homeDir: string) {
    super(homeDir, 'unfinished.json', unfinishedFilesSchema, { version: 1, files: [] });
  }

  async add(id: string, path: string): Promise<void> {
    await this.update(({ files, ...rest }) => ({ ...rest, files: [...files, { id, path }] }));
  }

  /** All of that run, or one path of it. */
  async forget(id: string, path?: string): Promise<void> {
    await this.update(({ files, ...rest }) => ({
      ...rest,
      files: files.filter((each) => each.id !== id || (path !== undefined && each.path !== path)),
    }));
  }
}
