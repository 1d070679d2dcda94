import type { VerbInput, VerbOutput } from '../../../../shared/ipc/engine-verbs.ts';
import type { SiteText } from '../../../../shared/model/site-files.ts';
import { ChunkCache, targetOfEntry, wholeContent, type TreeItem } from '../../repository/index.ts';
import { SecretMask } from '../../restore/site/hide-secrets.ts';
import type { FilesReader } from '../../restore/site/restore-files.ts';
import { textDiff } from '../../restore/site/text-diff.ts';
import { textOfFile, type FileText } from '../../restore/site/text-of-file.ts';
import { shownName } from '../../source/files/index.ts';
import type { EngineContext, Run } from '../engine-context.ts';
import { pointOf, stateOf, withChanges, type SiteChange } from './changes-between.ts';

/** What is larger is no text that a person reads. Bytes. */
const mostTextBytes = 1024 * 1024;
const mostLinesOfFile = 2000;
/** Of all files together: an answer is a few megabytes at most. */
const mostLines = 20_000;
/** Chunks of neighbours; on each side. Bytes. */
const cacheBytes = 32 * 1024 * 1024;

/** What changed inside of files. Bytes that are no text are said to be that, and never shown. */
export async function filesText(
  context: EngineContext,
  input: VerbInput<'files.text'>,
  run: Run,
): Promise<VerbOutput<'files.text'>> {
  return withChanges(context, input, run, async ({ from, to, before, after, changes }) => {
    // Before anything is shown: what was shown and not written down cannot be written down later.
    if (input.showSecrets)
      await context.home.audit.append('files.secrets-shown', { source: input.source, snapshot: to.manifest.id });
    const old = new SideReader(before);
    const now = new SideReader(after);
    const files: SiteText[] = [];
    let [more, lines] = [0, mostLines];
    for await (const each of changes) {
      if (!isOfText(each)) continue;
      if (files.length >= input.limit) {
        more += 1;
        continue;
      }
      const text = await textOf(each, old, now, { lines: Math.min(lines, mostLinesOfFile), isOpen: input.showSecrets });
      lines -= text.hunks.reduce((sum, hunk) => sum + hunk.lines.length, 0);
      files.push(text);
      run.report({
        phase: 'files-text',
        detail: text.path,
        doneBytes: 0,
        totalBytes: null,
        doneItems: files.length,
        totalItems: 0,
      });
    }
    return { from: pointOf(from), to: pointOf(to), files, more };
  });
}

type ChangeOfText = SiteChange & { readonly change: SiteText['change'] };

/** Folders carry names and no text; a change of permissions is none of the content. */
function isOfText(each: SiteChange): each is ChangeOfText {
  if (each.change === 'mode') return false;
  return [each.before, each.after].some((item) => item !== null && item.entry.type !== 'folder');
}

async function textOf(
  { folder, path, change, before, after }: ChangeOfText,
  old: SideReader,
  now: SideReader,
  { lines, isOpen }: { readonly lines: number; readonly isOpen: boolean },
): Promise<SiteText> {
  const shown = shownName(path);
  const about = {
    folder,
    path: shown,
    change,
    before: before === null ? null : stateOf(before),
    after: after === null ? null : stateOf(after),
  };
  const none = { ...about, encoding: null, hunks: [], hidden: 0, isCut: false };
  const kind = kindOf([before, after]);
  if (kind === 'other' || kind === 'too-large') return { ...none, kind };
  const sides = [await old.textOf(before), await now.textOf(after)] as const;
  const [was, is] = sides;
  if (was === 'binary' || is === 'binary') return { ...none, kind: 'binary' };
  // One mask for both sides, and a new one for each file: numbers stay small.
  const mask = new SecretMask();
  const [left, right] = sides.map((side) => {
    const text = side === 'binary' ? '' : (side?.text ?? '');
    return isOpen ? text : mask.hide(shown, text);
  });
  const { hunks, isCut } = textDiff(left ?? '', right ?? '', lines);
  const encoding = is?.encoding ?? was?.encoding ?? null;
  return { ...about, kind, encoding, hunks: [...hunks], hidden: mask.hidden, isCut };
}

function kindOf(sides: readonly (TreeItem | null)[]): 'text' | 'link' | 'too-large' | 'other' {
  const entries = sides.flatMap((item) => (item === null ? [] : [item.entry]));
  if (entries.every(({ type }) => type === 'link')) return 'link';
  if (entries.some(({ type }) => type === 'unread' || type === 'folder')) return 'other';
  return entries.some((entry) => entry.type === 'file' && entry.size > mostTextBytes) ? 'too-large' : 'text';
}

/** Texts of one snapshot's files. */
class SideReader {
  readonly #cache: ChunkCache;

  constructor(reader: FilesReader) {
    this.#cache = new ChunkCache((id) => reader.chunk(id), cacheBytes);
  }

  /** Null: there is nothing on this side. Of a link: where it leads. */
  async textOf(item: TreeItem | null): Promise<FileText | 'binary' | null> {
    if (item === null) return null;
    const { entry, chunks } = item;
    if (entry.type === 'link')
      return { encoding: 'utf-8', text: `→ ${shownName(targetOfEntry(entry) ?? Buffer.alloc(0))}\n` };
    if (entry.type !== 'file') return null;
    return textOfFile(await wholeContent(entry, chunks, this.#cache)) ?? 'binary';
  }
}
