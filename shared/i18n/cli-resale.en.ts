import type { cliResaleZh } from './cli-resale.zh.ts';

/** What is said about cards that must not be sold twice. */
export const cliResaleEn: Record<keyof typeof cliResaleZh, string> = {
  'flag.restore-dry-run':
    'only look, restore nothing: room, rights, version, collations, letter case, reserved words …, each with what to do about it; nothing is written',
  'restore.can-begin': 'It can be restored. Nothing has been written yet.',
  'restore.cannot-begin': 'It cannot be restored like this: see to what has a ✗ first. Nothing was written.',
  'flag.swap-guard':
    'mark as sold what is sold until the tables change places: on (default, before anybody can buy again), behind (right after it, for a closed shop) or off',
  'flag.resale-guard':
    'mark cards as sold that were delivered after the restore point (on or off; on where the shop program is known)',
  'reason.not-in-a-file': 'Cards cannot be marked in a .sql file: restore into a database, or say off.',
  'phase.resale-log': 'looking for sold cards in the log',
  'phase.resale-live': 'comparing with the live database',
  'phase.resale-mark': 'marking sold cards',
  'resale.marked':
    'No card is sold twice: {{cards}} cards that were delivered after the restore point are marked as sold.',
  'resale.shared': '{{cards}} delivered cards are for many sales: they stay on sale and are not marked.',
  'resale.orders': '{{orders}} orders that were paid or delivered after the restore point need your hand.',
  'resale.csv': 'The list: {{csv}} (ids, orders and contacts; no card secret is in it)',
  'resale.nothing': 'No card that was sold and no order that was paid after the restore point was found.',
  'resale.incomplete': 'Please note: not everything could be looked at. Check before the shop opens:',
  'resale.skipped.off':
    'No resale guard (--resale-guard off): cards sold after the restore point are for sale again. See to them before the shop opens.',
  'resale.skipped.no-rules':
    'No resale guard: the program of this shop is not known. Before a shop opens on this copy, mark what was sold after the restore point.',
  'resale.skipped.file':
    'No resale guard in a .sql file: cards sold after the restore point are for sale in it. To open the shop, restore into a database.',
};
