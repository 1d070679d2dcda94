import type { cliRetentionZh } from './cli-retention.zh.ts';

/** What is said when old snapshots are tidied up. */
export const cliRetentionEn: Record<keyof typeof cliRetentionZh, string> = {
  'flag.keep-daily': 'how many days that have a snapshot keep one (default 14)',
  'flag.keep-weekly': 'how many weeks that have a snapshot keep one (default 8)',
  'flag.keep-monthly': 'how many months that have a snapshot keep one (default 24)',
  'flag.keep-all': 'keep every snapshot here',
  'flag.pin': 'always keep this snapshot (its id or the beginning of it; may be given several times)',
  'flag.unpin': 'no longer keep this snapshot on purpose',
  'flag.dry-run': 'only tell what would go; nothing is removed',
  'flag.confirm-shrink': 'the newest snapshot is smaller because I cleared data away myself (its id)',
  'help.destination-set': 'change how many old snapshots a place keeps, and its speed limit',
  'destination.keeps':
    '“{{name}}” keeps {{daily}} days, {{weekly}} weeks and {{monthly}} months; snapshots kept on purpose: {{pinned}}.',
  'destination.keeps-all': '“{{name}}” keeps everything; snapshots kept on purpose: {{pinned}}.',
  'column.stays': 'verdict',
  'column.why': 'why',
  'prune.stays': 'stays',
  'prune.goes': 'removed',
  'prune.would-go': 'would go',
  'keep.newest': 'the newest',
  'keep.newest-green': 'the newest good one',
  'keep.last-proven': 'the last that was really restored',
  'keep.last-read-back': 'the last that was read back and checked',
  'keep.pinned': 'you asked to keep it',
  'keep.young': 'younger than three days',
  'keep.locked': 'locked against deletion for now',
  'keep.keep-all': 'everything is kept here',
  'keep.daily': 'day {{bucket}}',
  'keep.weekly': 'week {{bucket}}',
  'keep.monthly': 'month {{bucket}}',
  'go.same-day': 'another one of {{bucket}} stays',
  'go.too-old': 'past the days, weeks and months to keep',
  'prune.zone': 'Dates are those of {{zone}}.',
  'prune.rule': 'Rule: {{daily}} days, {{weekly}} weeks, {{monthly}} months.',
  'prune.rule-all': 'Rule: keep everything.',
  'prune.done':
    'Removed {{removed}} snapshots and {{objects}} objects, freed {{bytes}}; {{kept}} snapshots stay. Took {{time}}.',
  'prune.dry':
    'This was a rehearsal: nothing was removed. The real run removes {{removed}} snapshots and {{objects}} objects and frees {{bytes}}; {{kept}} snapshots stay.',
  'prune.young': '{{count}} more objects that nobody needs are younger than three days and wait for a later run.',
  'prune.log-goes':
    'Log of {{source}}: {{records}} pieces from before the oldest snapshot could restore nothing any more and were removed too.',
  'prune.log-would-go':
    'Log of {{source}}: {{records}} pieces from before the oldest snapshot can restore nothing any more and would be removed too.',
  'prune.log.no-snapshot': 'All of the log of {{source}} stays: no snapshot stands in it for certain.',
  'prune.log.not-merged':
    'All of the log of {{source}} stays: it lies in too many small pieces. Follow it for a while (shouhu stream), then tidy up again.',
  'prune.log.unreadable':
    'All of the log of {{source}} stays: some of it cannot be read. shouhu verify says which stretch; with a sound copy elsewhere, --heal-from repairs it.',
  'prune.rule-saved':
    'This rule is now that of “{{name}}”: it is a disk that travels, and its next round would otherwise bring back what has just gone.',
  'prune.locked': '{{count}} more objects are locked against deletion and go once the lock has ended.',
  'prune.nothing': 'There is no snapshot to remove.',
  'shrink.rows': 'all rows: from {{before}} to {{after}}',
  'shrink.bytes': 'all data: from {{before}} bytes to {{after}} bytes',
  'shrink.table': 'table {{name}}: from {{before}} rows to {{after}}',
  'shrink.table-gone': 'table {{name}} is gone (it had {{before}} rows)',
  'shrink.ledger': 'ledger “{{name}}”: the sum went from {{before}} to {{after}}',
  'phase.prune-read': 'looking at what each snapshot needs',
  'phase.prune-remove': 'removing what nobody needs',
  'action.destination.set': 'destination changed',
  'action.prune': 'old snapshots tidied up',
  'action.prune.refused': 'tidying refused: data has suddenly shrunk',
  'action.prune.shrink-confirmed': 'shrinking confirmed as one’s own doing',
};
