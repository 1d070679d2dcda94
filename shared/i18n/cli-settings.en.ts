import type { cliSettingsZh } from './cli-settings.zh.ts';

/** Command line: settings that a site keeps in Redis. */
export const cliSettingsEn: Record<keyof typeof cliSettingsZh, string> = {
  'help.settings': 'Settings that a site keeps in Redis: taken along with backups, put back when needed',
  'help.settings-set': 'Say where Redis is and which keys to keep; they are read once before it is saved',
  'help.settings-show': 'Which settings a snapshot holds (no values)',
  'help.settings-restore': 'Put kept settings back into Redis; what is there stays',
  'flag.redis': 'redis://host:port/database as seen from the server, for example redis://127.0.0.1:6379/1',
  'flag.redis-env-file': "the site's .env on the server, from which address and password are read",
  'flag.redis-password-env': 'environment variable with the password of Redis',
  'flag.redis-password-file': 'file with the password of Redis, which only you can read',
  'flag.redis-keys': 'names of keys to keep, * allowed; without it those that the program is known to use',
  'flag.redis-off': 'keep no settings of Redis any more',
  'flag.redis-dry-run': 'only say what would become of each; write nothing',
  'settings.only-looked': 'Only looked: nothing was written.',
  'flag.redis-replace': 'replace what is there too; it is renamed and stays beside',
  'secret.redis-password': 'password of Redis',
  'settings.found': '{{keys}} (database {{database}}): {{found}} keys read, {{bytes}}',
  'settings.found-none':
    '{{keys}} (database {{database}}): none are there now. If the site uses it, check the database and the names',
  'settings.on': 'Every backup of “{{source}}” takes these settings along from now on.',
  'settings.off': 'Backups of “{{source}}” take no settings of Redis along any more; what is kept stays.',
  'settings.item': '{{id}}: {{keys}} keys, {{bytes}}, read at {{at}}',
  'settings.nothing': 'No settings of Redis are kept for “{{source}}” yet. shouhu settings set switches it on.',
  'settings.key-written': 'put back',
  'settings.key-replaced': 'replaced; what was there is called {{before}}',
  'settings.key-same': 'was there as it is',
  'settings.key-kept': 'left alone: other content is there',
  'settings.key-expired': 'not put back: by its own limit it would be gone by now',
  'settings.back':
    'The settings are back, from “{{from}}”. Restart the queue of the site (php artisan queue:restart) so that it reads them.',
  'settings.some-kept':
    'The other settings are back, from “{{from}}”. With --replace those that were left alone are replaced too; what was there stays under another name.',
};
