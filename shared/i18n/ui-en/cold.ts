import type { coldZh } from '../ui-zh/cold.ts';

/** Cold disks: rotation, arrival, one round, the calm end. */
export const coldEn: typeof coldZh = {
  cold: {
    title: 'Cold disks in rotation',
    subtitle:
      'Disks that take turns: plug in, fill, unplug, keep elsewhere. Fire, theft and ransomware cannot reach the one in the drawer.',
    is: {
      running: 'Being written, please leave it in.',
      looking: 'Looking how it is…',
      new: 'No round yet. Plug it in when it suits you.',
      newHere: 'Plugged in, and no round yet: you can begin now.',
      due: 'Due today: please plug it in.',
      dueHere: 'Due today. It is plugged in, you can begin.',
      overdue: 'Overdue by {{days}} days: please plug it in.',
      overdueHere: 'Overdue by {{days}} days. It is plugged in, you can begin.',
      leftIn:
        'Left in since it was filled, so not offline: whatever befalls the computer befalls it too. Please unplug it and keep it elsewhere.',
      neverLeft:
        'Never seen to leave, so not offline: whatever befalls the computer befalls it too. Please unplug it and keep it elsewhere.',
      alsoNeverLeft:
        ' Nobody ever saw it leave, so it is not offline: unplug it when it is filled and keep it elsewhere.',
      early: 'Plugged in before its day ({{day}}). You can fill it now all the same.',
      done: 'Filled, please unplug it. Next: {{day}}.',
      donePlace: 'Filled, please unplug it and take it back to {{place}}. Next: {{day}}.',
      resting: 'Unplugged and offline. Next: {{day}}.',
      restingPlace: 'At {{place}}, offline. Next: {{day}}.',
      unknown: 'It does not answer right now. Next: {{day}}.',
    },
    here: 'Plugged in now',
    rhythmLabel: 'Schedule',
    rhythm: 'Every {{days}} days',
    rhythmOn: 'Every {{days}} days, on a {{weekday}}',
    dueLabel: 'Next',
    completedLabel: 'Last completed',
    seenLabel: 'Last seen',
    freeLabel: 'Free space',
    free: '{{free}} of {{total}}',
    placeLabel: 'Where it lives',
    placeHint: 'For example: Beijing office, home in Shanghai',
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
    everyDays: 'Days between rounds',
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
    safeKeep: 'Take it back to {{place}}.',
    wrote: 'Written',
    wroteText: 'Snapshots: {{snapshots}} · objects: {{objects}} · {{bytes}}',
    wroteNothing: 'It lacked nothing',
    readBack: 'Read back',
    readBackText: 'Objects: {{objects}} · {{bytes}}, all sound',
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
    adoptedUnsound:
      'Not every object of this round could be proven. Other copies are not affected. Open its details and check it.',
    leftOut: 'Left out',
    leftOutText: '{{count}} old snapshots that this disk’s own retention rule has no use for',
    noRoomTitle: '“{{name}}” is full',
    noRoomText:
      'The newest snapshot takes {{needed}}; {{free}} are free, of which {{kept}} are never filled: {{short}} short. Nothing was written, and what is on it is whole.',
    noRoomFilled: 'The disk filled up on the way. What was written stays, and what was on it is whole.',
    noRoomOffer:
      'By this disk’s retention rule, {{count}} old snapshots can go, which frees {{bytes}}. See which ones first, then decide.',
    noRoomNothing:
      'By this disk’s retention rule no old snapshot can go right now. Keep fewer days, move other files off the disk, or take a bigger one.',
    noRoomOld: 'Did not fit',
    noRoomOldText:
      '{{count}} old snapshots that take {{needed}}, while {{usable}} can still be used; all newer ones are there',
    noRoomLarger:
      'To take the old ones along: a disk that is larger by at least {{short}}, or fewer days to keep on this one.',
    noRoomNewestTitle: '“{{name}}” does not have the newest snapshot of every shop',
    noRoomNewestText:
      'The newest snapshots of {{count}} shops did not fit, {{short}} are lacking; everything else is written and the backups on it are intact. Move other files off the disk, or take a larger one, and do another round.',
    noRoomLook: 'See what would go',
    noRoomRule: 'Change the rule',
    noRoomAgain: 'Try again',
    done: 'Fine',
    again: 'Once more',
    lost: 'Could not be brought',
    lostText: '{{count}} old snapshots that no copy has whole; all others are there',
    rotten:
      'Besides, {{objects}} objects on “{{from}}” are damaged or missing, which {{count}} snapshots there need. Everything that came to this disk was checked and is sound. Check “{{from}}” on the Copies page, with “{{name}}” to repair from.',
    notFlushedTitle: 'This round does not count yet',
    notFlushedText:
      'The system could not confirm that everything is written down on this disk, which may be dying or very slow. Other copies are not affected. Eject it with the system’s own “safely remove” before you unplug it, and do another round next time; if this happens again, take another disk.',
  },
};
