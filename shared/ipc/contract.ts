import { z } from 'zod';
import { diskNoticeSchema } from '../model/cold-disk.ts';
import { jobIdSchema, jobProgressSchema } from '../model/job.ts';
import { s3DestinationInputSchema, diskDestinationInputSchema } from '../model/destination.ts';
import { streamStatusSchema } from '../model/stream.ts';
import { mysqlInputSchema, sourceInputSchema, sshInputSchema } from '../model/source.ts';
import type { CommandName, NoticeName } from './channels.ts';
import { engineVerbs, repositoryLocationSchema, vaultOpeningSchema } from './engine-verbs.ts';

/**
 * What the page may ask of the app. Mostly the engine's verbs; where a verb takes a path or a private key, the page
 * holds only a token for something that a person chose in a dialog of the operating system: paths and keys never come from,
 * or go to, the page.
 */
interface Command {
  readonly input: z.ZodType;
  readonly output: z.ZodType;
}

const nothing = z.strictObject({});
const tokenSchema = z.uuid();
const languageSchema = z.enum(['zh', 'en']);
export type Language = z.infer<typeof languageSchema>;

/** `label` is what may be shown of the choice: a folder's or file's own path, chosen by the person who looks at it. */
const choiceSchema = z.strictObject({ token: tokenSchema, label: z.string() }).nullable();
export type Choice = z.infer<typeof choiceSchema>;

const engineStateSchema = z.strictObject({
  state: z.enum(['starting', 'running', 'restarting', 'stopped']),
  /** How many jobs were cut off by the last unexpected end of the engine. */
  interruptedJobs: z.int().nonnegative(),
});
export type EngineState = z.infer<typeof engineStateSchema>;

/** Long commands take a job id of the page's choosing, so that progress and cancel can name them. */
const withJob = <T extends z.ZodRawShape>(shape: z.ZodObject<T>) => shape.extend({ jobId: jobIdSchema });

const pageSshSchema = sshInputSchema.extend({
  auth: z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('key'), keyToken: tokenSchema, keyPassphrase: z.string().max(1024).nullable() }),
    z.strictObject({ kind: z.literal('password'), password: z.string().max(1024) }),
    z.strictObject({ kind: z.literal('agent') }),
  ]),
});
const pageSourceSchema = sourceInputSchema.extend({ ssh: pageSshSchema.nullable() });
const pageDiskSchema = diskDestinationInputSchema.omit({ path: true }).extend({ folderToken: tokenSchema });
const pageDestinationSchema = z.discriminatedUnion('kind', [pageDiskSchema, s3DestinationInputSchema]);
export type PageSourceInput = z.infer<typeof pageSourceSchema>;
export type PageDestinationInput = z.infer<typeof pageDestinationSchema>;

const pageRestoreTargetSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('same') }),
  z.strictObject({ kind: z.literal('server'), target: mysqlInputSchema.extend({ ssh: pageSshSchema.nullable() }) }),
  z.strictObject({ kind: z.literal('sandbox') }),
  z.strictObject({ kind: z.literal('sql'), fileToken: tokenSchema }),
]);

export const commands = {
  'app.state': {
    input: nothing,
    output: z.strictObject({
      language: languageSchema,
      version: z.string(),
      engine: engineStateSchema,
      home: engineVerbs['home.status'].output,
      /** Whether this machine has what the demo shop needs (a MariaDB server program). */
      demoPossible: z.boolean(),
    }),
  },
  'app.setLanguage': { input: z.strictObject({ language: languageSchema }), output: nothing },
  'app.chooseFolder': {
    input: z.strictObject({ purpose: z.enum(['kit', 'main', 'second-disk', 'cold', 'offsite', 'recover', 'files']) }),
    output: choiceSchema,
  },
  'app.chooseSshKey': { input: nothing, output: choiceSchema },
  'app.chooseSqlFile': { input: nothing, output: choiceSchema },
  /** Opens the kit that was just written, for printing. */
  'app.openKit': { input: z.strictObject({ kit: z.enum(['main', 'vault']) }), output: nothing },
  /** Opens the folder with the list of what a restore of this session keeps from being sold again. */
  'app.openResaleFolder': { input: z.strictObject({ restoreId: z.uuid() }), output: nothing },
  'app.openLink': { input: z.strictObject({ link: z.enum(['documentation', 'changelog']) }), output: nothing },
  'home.init': {
    input: engineVerbs['home.init'].input.omit({ kitDir: true, language: true }).extend({ folderToken: tokenSchema }),
    output: z.strictObject({ repositoryId: z.string(), kitFiles: z.array(z.string()) }),
  },
  'home.unlock': { input: engineVerbs['home.unlock'].input.options[0], output: nothing },
  'key.list': engineVerbs['key.list'],
  'key.addSheet': {
    input: withJob(
      engineVerbs['key.addSheet'].input.omit({ dir: true, language: true }).extend({ folderToken: tokenSchema }),
    ),
    output: engineVerbs['key.addSheet'].output,
  },
  'key.revoke': { input: withJob(engineVerbs['key.revoke'].input), output: engineVerbs['key.revoke'].output },
  'key.changePassphrase': {
    input: withJob(engineVerbs['key.changePassphrase'].input),
    output: engineVerbs['key.changePassphrase'].output,
  },
  'key.rotateVault': {
    input: withJob(
      engineVerbs['key.rotateVault'].input.omit({ dir: true, language: true }).extend({ folderToken: tokenSchema }),
    ),
    output: engineVerbs['key.rotateVault'].output,
  },
  'key.rotateVaultCheck': {
    input: withJob(engineVerbs['key.rotateVaultCheck'].input),
    output: engineVerbs['key.rotateVaultCheck'].output,
  },
  'kit.rehearse': { input: withJob(engineVerbs['kit.rehearse'].input), output: engineVerbs['kit.rehearse'].output },
  'source.add': { input: pageSourceSchema, output: engineVerbs['source.add'].output },
  'source.try': { input: pageSourceSchema, output: engineVerbs['source.try'].output },
  'source.list': engineVerbs['source.list'],
  'source.test': engineVerbs['source.test'],
  'source.set': engineVerbs['source.set'],
  'source.propose': engineVerbs['source.propose'],
  'source.remove': engineVerbs['source.remove'],
  'files.browse': engineVerbs['files.browse'],
  'files.set': engineVerbs['files.set'],
  'files.list': engineVerbs['files.list'],
  'files.diff': engineVerbs['files.diff'],
  /** Passwords and keys in the files stay hidden from the page. */
  'files.text': {
    input: engineVerbs['files.text'].input.omit({ showSecrets: true }),
    output: engineVerbs['files.text'].output,
  },
  'files.findings': engineVerbs['files.findings'],
  'files.export-git': {
    input: withJob(engineVerbs['files.export-git'].input.omit({ path: true }).extend({ folderToken: tokenSchema })),
    output: engineVerbs['files.export-git'].output,
  },
  'files.restore': {
    input: withJob(
      engineVerbs['files.restore'].input.extend({
        to: z.discriminatedUnion('kind', [
          z.strictObject({ kind: z.literal('folder'), folderToken: tokenSchema }),
          /** Beside the folders that were kept, under names of their own. */
          z.strictObject({ kind: z.literal('server') }),
        ]),
      }),
    ),
    output: engineVerbs['files.restore'].output,
  },
  'settings.set': engineVerbs['settings.set'],
  'settings.show': engineVerbs['settings.show'],
  'settings.restore': engineVerbs['settings.restore'],
  'destination.add': { input: pageDestinationSchema, output: engineVerbs['destination.add'].output },
  'destination.try': { input: pageDestinationSchema, output: engineVerbs['destination.try'].output },
  'destination.list': engineVerbs['destination.list'],
  'destination.test': engineVerbs['destination.test'],
  'destination.set': engineVerbs['destination.set'],
  'destination.remove': engineVerbs['destination.remove'],
  'backup.run': { input: withJob(engineVerbs['backup.run'].input), output: engineVerbs['backup.run'].output },
  'snapshots.list': engineVerbs['snapshots.list'],
  'snapshot.show': engineVerbs['snapshot.show'],
  'ledgers.show': engineVerbs['ledgers.show'],
  'ledgers.confirm': engineVerbs['ledgers.confirm'],
  'copy.run': { input: withJob(engineVerbs['copy.run'].input), output: engineVerbs['copy.run'].output },
  'verify.run': { input: withJob(engineVerbs['verify.run'].input), output: engineVerbs['verify.run'].output },
  'prune.run': { input: withJob(engineVerbs['prune.run'].input), output: engineVerbs['prune.run'].output },
  'cold.list': engineVerbs['cold.list'],
  'cold.set': engineVerbs['cold.set'],
  'cold.run': { input: withJob(engineVerbs['cold.run'].input), output: engineVerbs['cold.run'].output },
  'share.status': engineVerbs['share.status'],
  'share.set': engineVerbs['share.set'],
  'stream.status': engineVerbs['stream.status'],
  'stream.set': engineVerbs['stream.set'],
  'events.list': engineVerbs['events.list'],
  'restore.run': {
    input: withJob(
      engineVerbs['restore.run'].input.extend({ into: pageRestoreTargetSchema, vault: vaultOpeningSchema }),
    ),
    output: engineVerbs['restore.run'].output,
  },
  'restore.check': {
    input: withJob(
      engineVerbs['restore.check'].input.extend({ into: pageRestoreTargetSchema, vault: vaultOpeningSchema }),
    ),
    output: engineVerbs['restore.check'].output,
  },
  'restores.list': engineVerbs['restores.list'],
  'restores.remove': engineVerbs['restores.remove'],
  'restore.addCards': {
    input: withJob(engineVerbs['restore.addCards'].input),
    output: engineVerbs['restore.addCards'].output,
  },
  'vault.status': engineVerbs['vault.status'],
  'vault.close': engineVerbs['vault.close'],
  'swap.compare': {
    input: withJob(engineVerbs['swap.compare'].input),
    output: engineVerbs['swap.compare'].output,
  },
  'swap.run': { input: withJob(engineVerbs['swap.run'].input), output: engineVerbs['swap.run'].output },
  'undo.run': { input: withJob(engineVerbs['undo.run'].input), output: engineVerbs['undo.run'].output },
  'recover.run': {
    input: withJob(
      engineVerbs['recover.run'].input.extend({
        from: z.discriminatedUnion('kind', [
          z.strictObject({ kind: z.literal('disk'), folderToken: tokenSchema }),
          repositoryLocationSchema.options[1],
        ]),
      }),
    ),
    output: engineVerbs['recover.run'].output,
  },
  'coverage.show': engineVerbs['coverage.show'],
  'coverage.answer': engineVerbs['coverage.answer'],
  'coverage.keep': engineVerbs['coverage.keep'],
  checklist: engineVerbs.checklist,
  doctor: engineVerbs.doctor,
  'demo.open': { input: withJob(engineVerbs['demo.open'].input), output: engineVerbs['demo.open'].output },
  'demo.destroy': engineVerbs['demo.destroy'],
  'demo.close': engineVerbs['demo.close'],
  'jobs.list': engineVerbs['jobs.list'],
  'job.cancel': engineVerbs['job.cancel'],
} as const satisfies Record<CommandName, Command>;

/** What the app tells the page without being asked. At most four progress notices a second per job. */
export const notices = {
  'job.progress': jobProgressSchema,
  'jobs.changed': nothing,
  'catalog.changed': nothing,
  'vault.changed': nothing,
  'disk.changed': diskNoticeSchema,
  /** One shop's log: at each change of its state, and every few seconds while it is heard. */
  'stream.changed': streamStatusSchema,
  'engine.state': engineStateSchema,
} as const satisfies Record<NoticeName, z.ZodType>;

export type CommandInput<N extends CommandName> = z.infer<(typeof commands)[N]['input']>;
export type CommandOutput<N extends CommandName> = z.infer<(typeof commands)[N]['output']>;
export type NoticePayload<N extends NoticeName> = z.infer<(typeof notices)[N]>;
