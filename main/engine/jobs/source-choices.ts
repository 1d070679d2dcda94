import type { SourceChoices } from '../../../shared/model/source-choices.ts';
import type { BackupDraft } from '../backup/run-backup.ts';
import type { SavedSource } from './home/settings-file.ts';

/** What of a source its owner has decided, in the fields that it is kept in. */
export function choicesOf({ shops, openColumns, leaveOut, items, accepted }: SavedSource): SourceChoices {
  const isSaid = (value: readonly unknown[] | undefined) => value !== undefined && value.length > 0;
  return {
    ...(shops !== undefined && isSaid(shops) ? { shops } : {}),
    ...(openColumns !== undefined && isSaid(openColumns) ? { openColumns } : {}),
    ...(leaveOut !== undefined && isSaid(leaveOut) ? { leaveOut } : {}),
    ...(items !== undefined && isSaid(items) ? { items } : {}),
    ...(accepted !== undefined && isSaid(accepted) ? { accepted } : {}),
  };
}

/** The draft with what the owner has decided until now. */
export function withChoices(draft: BackupDraft, source: SavedSource): BackupDraft {
  const choices = choicesOf(source);
  return Object.keys(choices).length === 0 ? draft : { ...draft, manifest: { ...draft.manifest, choices } };
}
