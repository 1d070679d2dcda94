import type { diskErrorsZh } from './errors-disks.zh.ts';
import type { ErrorText } from './error-text.ts';

/** Errors of cold disks. */
export const diskErrorsEn: Record<keyof typeof diskErrorsZh, ErrorText> = {
  'disk.marker-refused': {
    message:
      'The disk marker (shouhu-disk.json) in “{{path}}” was not written by your Shouhu, or was changed; nothing was written to that folder.',
    remedy:
      'Make sure that this is your own disk. The backups on it do not depend on the marker: if all is well, delete that file and run shouhu destination test, which writes it anew.',
  },
  'disk.twins': {
    message:
      'Two disks carry the same marker: “{{first}}” and “{{second}}”. One is probably a copy of the other; nobody can tell which one to write to, so neither was touched.',
    remedy:
      'Unplug one of them and retry. To rotate the copy as a disk of its own, delete shouhu-disk.json on it, then add it with shouhu destination add.',
  },
  'disk.known-already': {
    message: 'This disk is in use already, under the name “{{name}}”. Nothing was changed.',
    remedy: 'Just use “{{name}}”; to rename it, remove it first (the backups on it stay) and add it again.',
  },
  'disk.not-cold': {
    message:
      '“{{name}}” is neither a cold nor an off-site disk, so it does not take part in the rotation. Nothing was done.',
    remedy:
      'shouhu cold list shows the disks in rotation; add a disk with --role cold or --role offsite to have it join.',
  },
  'disk.pulled-out': {
    message:
      '“{{name}}” was unplugged on the way. Nothing was harmed: the backups on it are intact, and the {{objects}} objects copied this time stay.',
    remedy: 'Plug it in again when it suits you and run the same thing; it goes on from where it stopped.',
  },
  'disk.no-room': {
    message:
      'Not even the newest snapshot fits on “{{name}}”: it takes {{needed}}; {{free}} are free, of which {{kept}} are never filled, so {{short}} are lacking. Nothing was written; the backups on it are intact.',
    remedy: 'Move other files off the disk, or take one that is larger by at least {{short}}.',
  },
  'disk.no-room-for-all': {
    message:
      'Not every snapshot that belongs on “{{name}}” fits: {{count}} were left out, {{short}} are lacking (5% are never filled). Everything else is written and the backups on it are intact, but it is not complete.',
    remedy:
      'Tidy up old snapshots on this disk, move other files off it, or take one that is larger by at least {{short}}, then try again.',
  },
  'disk.already-running': {
    message: '“{{name}}” is being written right now; nothing was started a second time.',
    remedy: 'Wait until it is done: you will be told when it is safe to unplug.',
  },
  'disk.not-flushed': {
    message:
      'The system could not confirm that everything is written down on “{{name}}” (the disk may be dying, or very slow). What was read back proves nothing then, and this round does not count.',
    remedy:
      'Eject it with the system’s own “safely remove”, then unplug it. Do another round next time; if this happens again, take another disk.',
  },
  'disk.no-source': {
    message: 'There is no other copy to fill “{{name}}” from. The disk was not touched.',
    remedy: 'Back up to the main or the second disk first with shouhu backup, then plug this disk in.',
  },
};
