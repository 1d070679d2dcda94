import type { CommandInput, PageDestinationInput, PageSourceInput } from '../../../shared/ipc/contract.ts';
import type { VerbInput } from '../../../shared/ipc/engine-verbs.ts';
import type { DestinationInput } from '../../../shared/model/destination.ts';
import type { SourceInput } from '../../../shared/model/source.ts';
import type { ChosenPaths } from './chosen-paths.ts';

type PageSsh = NonNullable<PageSourceInput['ssh']>;
type EngineSsh = NonNullable<SourceInput['ssh']>;

/** Puts into the page's inputs what the page itself never holds: the paths and keys behind its tokens. */
export function createEngineInputs(chosen: ChosenPaths, readKey: (path: string) => Promise<string>) {
  async function ssh(input: PageSsh | null): Promise<EngineSsh | null> {
    if (input === null) return null;
    const { auth } = input;
    if (auth.kind !== 'key') return { ...input, auth };
    const privateKeyPem = await readKey(chosen.pathOf('ssh-key', auth.keyToken));
    return { ...input, auth: { kind: 'key', privateKeyPem, keyPassphrase: auth.keyPassphrase } };
  }

  return {
    async source(input: PageSourceInput): Promise<SourceInput> {
      return { ...input, ssh: await ssh(input.ssh) };
    },

    destination(input: PageDestinationInput): DestinationInput {
      if (input.kind === 's3') return input;
      const { folderToken, ...rest } = input;
      return { ...rest, path: chosen.pathOf('folder', folderToken) };
    },

    async restoreTarget(into: CommandInput<'restore.run'>['into']): Promise<VerbInput<'restore.run'>['into']> {
      switch (into.kind) {
        case 'same':
        case 'sandbox':
          return into;
        case 'server':
          return { kind: 'server', target: { ...into.target, ssh: await ssh(into.target.ssh) } };
        case 'sql':
          return { kind: 'sql', path: chosen.pathOf('sql-file', into.fileToken) };
      }
    },

    filesTarget(to: CommandInput<'files.restore'>['to']): VerbInput<'files.restore'>['to'] {
      return to.kind === 'folder'
        ? { kind: 'folder', path: chosen.pathOf('folder', to.folderToken) }
        : { kind: 'server', folder: null };
    },

    repository(from: CommandInput<'recover.run'>['from']): VerbInput<'recover.run'>['from'] {
      return from.kind === 's3' ? from : { kind: 'disk', path: chosen.pathOf('folder', from.folderToken) };
    },
  };
}
