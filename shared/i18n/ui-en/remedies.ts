export const remediesEn = {
  remedyHere: {
    'tunnel_host-key-unknown': 'Compare the fingerprint, and trust it once you know it is your server.',
    'tunnel_key-unreadable':
      'Choose the private key (not the file ending in .pub); if it has a password, fill in the password of the key.',
    'tunnel_agent-missing': 'Start the system’s SSH agent and add the key, or log in with a key file.',
    mysql_unreachable:
      'Check that the database runs, and its address and port; if it only listens on its own machine, turn on “Connect through SSH”.',
    mysql_unsupported: 'The technical details name it. It can be left out for now; please send the details to us.',
    'disk_marker-refused':
      'Make sure that this is your own disk. If so, delete shouhu-disk.json on it and press “Test”: it is written anew.',
    disk_twins:
      'Unplug one of them and retry. To rotate the copy as a disk of its own, delete shouhu-disk.json on it and add it again.',
    'disk_pulled-out': 'Plug it in again when it suits you and try again: it goes on from there.',
    'disk_not-cold': 'Add the copy as “USB disk” or “off-site disk”, and it joins the rotation.',
    'disk_no-source': 'Make a backup first, then plug this disk in.',
    'disk_no-room':
      'Move other files off the disk or take a larger one; old snapshots can be cleared away by the rules of retention.',
    'disk_no-room-for-all': 'Move other files off the disk or take a larger one, then do another round.',
    copy_incomplete: 'Check this copy on the Copies page, with a sound copy to repair from.',
    'copy_snapshots-lost':
      'Check this copy on the Copies page, with a sound copy to repair from: what it still has is brought back.',
    copy_unproven: 'Connect this disk, or let this computer reach that cloud, and check it on the Copies page.',
    copy_unlocked:
      'Test this copy on the Copies page to see why; once the rights are there, the next backup locks what is missing.',
    'home_already-initialised': 'Just use it: nothing has to be set up again.',
    home_damaged: 'Take any copy and the recovery kit and choose “Bring everything back”: the whole timeline returns.',
    'restore_log-sealed':
      'Choose to open the vault at the “Card secrets” step, and this moment can be reached; to leave it closed, restore to {{nearest}}.',
    'files_no-ssh': 'Add this shop again with “Connect through SSH”, then choose its folders.',
    'files_folder-missing':
      'Check the folder and choose again under “Site files and settings”; if permission is missing, let this account read it.',
    files_unread: 'Let the backup’s account read these files, or leave them out when choosing folders.',
    files_none:
      'Choose folders under “Site files and settings”, and the next backup has them; or take a snapshot that holds files.',
    'files_no-history':
      'Choose another snapshot, or back up once more: with the site’s files in it, the next backup goes on with the history.',
    'keys_cannot-stay':
      'Its holder tries this sheet here with “Try the words on paper”, and then it can stay; or leave it out and write a new one for them afterwards.',
    'keys_vault-rotated':
      'Close Shouhu, open it again and retry. If another computer changed the keys: bring everything back on this computer with the new sheet, then go on.',
    'files_path-unknown': 'Look for another name, or in another snapshot.',
    settings_none: 'Say where Redis is first, and the next backup has its settings; or try an earlier snapshot.',
    redis_unreachable:
      'See on the server whether Redis is running and whether address and port are right; if the site no longer uses it, choose “Stop backing them up”.',
    redis_refused: 'The password stands in the site’s .env (REDIS_PASSWORD): enter it and try again.',
    'cards_nothing-to-add': 'See what would change, then put it in place.',
    'keys_vault-closed': 'When you need card secrets, choose to open them at the “Card secrets” step of a restore.',
    prune_unreadable: 'Check this copy on the Copies page with a sound copy to repair it from, then tidy up again.',
    'prune_looks-like-attack':
      'See whether the data is still in the shop: if something is missing, restore now; if you cleared it away yourself, look at what would go once more and confirm it there.',
    repository_foreign:
      'Make sure disks or buckets are not mixed up; to use the backups in there, choose “Bring everything back”.',
    repository_damaged: 'Check this copy on the Copies page, with a sound copy to repair from.',
    'repository_missing-object': 'Check this copy on the Copies page, with a sound copy to repair from.',
    'restore_no-privilege':
      'A user for backups may only read, and that is right. Restore into another server with a user that may create databases, or try it in the practice sandbox first.',
    'restore_target-exists': 'Give the new database another name, compare, and only then decide about replacing.',
    'usage_bad-argument': 'Check what was filled in, correct it and try again.',
    'usage_secret-missing': 'Fill in the password or passphrase and try again.',
  },
};
