import type { coldZh } from '../ui-zh/cold.ts';

/** Cold disks: rotation, arrival, one round, the calm end. */
export const coldEn: typeof coldZh = {
  cold: {
    title: 'Cold disks in rotation',
    subtitle:
      'Disks that take turns: plug in, fill, unplug, keep elsewhere. Fire, theft and ransomware cannot reach the one in the drawer.',
    place: 'Kept at: {{place}}',
    noPlace: 'No place noted yet',
    state: {
      new: 'No round yet',
      'due-today': 'Due today',
      overdue: 'Due, {{days}} days over',
      running: 'Being written',
      'plugged-in': 'Done, please unplug',
      'left-in': 'Left in, not offline',
      resting: 'In its drawer, fine',
    },
    here: 'Plugged in now',
    due: 'Next: {{day}}',
    lastCompleted: 'Last completed: {{date}}',
    never: 'No round yet',
    lastSeen: 'Last seen: {{date}}',
    free: '{{free}} free of {{total}}',
    neverLeft:
      'Nobody ever saw it leave. A disk that stays in goes down with the computer, so it does not count as offline. Unplug it when it is done and keep it elsewhere.',
    note: {
      'volume-differs':
        'This disk has another volume id than last time, as if it was formatted or is a copy. What is on it is checked all the same.',
      twins: 'Two disks carry the same marker; nobody can tell which one to write to. Please unplug one of them.',
      'marker-refused':
        'The marker on this disk was not written by your Shouhu, or was changed, so nothing is written to it.',
      'marker-written': 'Its marker was written: it is known under any drive letter from now on.',
      'found-elsewhere': 'The drive letter has changed; it was found by its marker.',
    },
    arrivedTitle: '“{{name}}” was plugged in',
    arrivedText:
      'Back up to this disk now? It gets what it lacks, is read back, and you are told when it is safe to unplug.',
    arrivedLater: 'Not now',
    start: 'Back up to this disk',
    startLabel: 'Back up to “{{name}}”',
    schedule: 'Schedule',
    scheduleLabel: 'Schedule of “{{name}}”',
    everyDays: 'Every so many days',
    weekday: 'On',
    anyDay: 'Any day',
    autoRun: 'Begin by itself when it is due and plugged in',
    save: 'Save the schedule',
    running: 'Backing up to “{{name}}”',
    runningText:
      'Please leave it in. If it comes out all the same, nothing breaks: what is written stays, and the next round goes on from there.',
    step: { find: 'Recognise the disk', copy: 'Fill', verify: 'Read back', flush: 'Flush', eject: 'Eject' },
    safeTitle: 'Safe to unplug',
    safeText: 'Next due {{day}}.',
    safeNext: 'Next comes “{{next}}”, due {{day}}.',
    safeNextPlace: 'Next comes “{{next}}” ({{place}}), due {{day}}.',
    safeKeep: 'Take it back to: {{place}}',
    wrote: 'Written',
    wroteText: '{{snapshots}} snapshots, {{objects}} objects, {{bytes}}',
    wroteNothing: 'It lacked nothing',
    readBack: 'Read back',
    readBackText: '{{objects}} objects, {{bytes}}, all sound',
    healed: 'Healed objects',
    from: 'Filled from',
    ejectTitle: 'All written, not ejected yet',
    eject: {
      busy: 'The system could not eject the disk; another program may have it open. Close its windows, eject it with the system’s “safely remove”, then unplug it.',
      'not-removable':
        'The system says this disk is not removable, so it was not ejected. Eject it the system’s way, or take it out with the computer off.',
      unsupported: 'There is no way to eject on this computer. Use the system’s “safely remove” before you unplug it.',
      'not-asked': 'Please eject it with the system before you unplug it.',
    },
    unsoundTitle: 'There is damage on this disk that could not be healed',
    unsoundText:
      '{{damaged}} damaged, {{missing}} missing, and no sound copy to heal them from. Other copies are not affected. Take another disk, or check this one below.',
    done: 'Fine',
    again: 'Once more',
  },
};
