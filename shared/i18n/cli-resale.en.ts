import type { cliResaleZh } from './cli-resale.zh.ts';

/** What is said about cards that must not be sold twice. */
export const cliResaleEn: Record<keyof typeof cliResaleZh, string> = {
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
    'The resale guard was off: cards sold after the restore point are for sale again. See to them before the shop opens.',
  'resale.skipped.no-rules':
    'No resale guard: the program of this shop is not known. Before a shop opens on this copy, mark what was sold after the restore point.',
  'resale.skipped.file':
    'No resale guard in a .sql file: cards sold after the restore point are for sale in it. To open the shop, restore into a database.',
  'resale-gap.log-none':
    'No log of this shop is stored: only the live database can say what happened after the restore point.',
  'resale-gap.log-copies-away':
    'Copies that may hold the log could not be opened: {{copies}}. Connect them and restore again.',
  'resale-gap.log-starts-later': 'The log begins at {{until}}: what was sold from {{from}} until then is not known.',
  'resale-gap.log-gap': 'The log has a gap: what was sold from {{from}} until {{until}} is not known.',
  'resale-gap.log-sealed':
    '{{records}} stretches of the log are sealed in the card vault ({{from}} to {{until}}, {{rows}} changed rows of cards and orders). Restore again with --open-vault to have them read.',
  'resale-gap.log-unreadable': 'A part of the log cannot be read ({{file}}:{{position}}).',
  'resale-gap.log-shape': 'The table {{table}} was altered later: its changes in the log fit no column for sure.',
  'resale-gap.log-statements':
    'At {{file}}:{{position}} the log holds a statement only ({{what}}): nobody can see which rows it changed.',
  'resale-gap.log-end':
    'The log is stored until {{at}}; what was sold later is not known. If the server still answers, run shouhu stream with --until-caught-up and restore again.',
  'resale-gap.mass-change':
    'At {{at}} one step made {{cards}} cards sold without an order (log {{file}}:{{position}}): most likely a mistake, and not counted as sales.',
  'resale-gap.live-away': 'The live database did not answer and could not be compared ({{code}}).',
  'resale-gap.live-table-missing': 'The live table {{table}} is gone and could not be compared.',
  'resale-gap.live-shape': 'The live table {{table}} does not show which cards were sold.',
  'resale-gap.live-time-over': 'The live table {{table}} is large: the comparison stopped, so as not to slow the shop.',
  'resale-gap.live-failed': 'Comparing the live table {{table}} failed ({{code}}).',
  'resale-gap.live-mass-change':
    '{{cards}} live cards are sold without orders to match: most likely a mistake, and not counted as sales. Compare them with your orders.',
  'resale-gap.not-restored': 'The table {{table}} was not restored.',
};
