import type { cloudVerdictsZh } from './cloud-verdicts.zh.ts';

/** What it comes to when the test of a bucket has passed, and what there is to know. */
export const cloudVerdictsEn: typeof cloudVerdictsZh = {
  good: 'This bucket will do: it can be written, read, listed and cleared.',
  locked: 'Protection against deletion is proven: nobody can delete what is locked before its time.',
  lockedAsAWhole:
    'The whole bucket is locked: nobody can change or delete a file before its time, and backups are written all the same. A new passphrase, or a revoked sheet, takes effect here only when that time is over.',
  clockOff: 'The clock of this computer is {{seconds}} seconds off; please switch on “Set time automatically”.',
  versions:
    'It keeps versions: old backups that are cleared stay as old versions and go on costing money until a lifecycle rule of the bucket deletes noncurrent versions.',
  defaultDays:
    'It locks every new object for {{days}} days by itself, the small files too that are renewed often and pile up; better remove the bucket’s default retention.',
  md5: 'This cloud does not compare checksums when it takes data; checks of this copy read back and compare.',
};
