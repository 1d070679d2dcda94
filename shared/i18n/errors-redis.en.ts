import type { ErrorText } from './error-text.ts';
import type { redisErrorsZh } from './errors-redis.zh.ts';

/** Settings that a site keeps in Redis: what can go wrong. */
export const redisErrorsEn: Record<keyof typeof redisErrorsZh, ErrorText> = {
  'settings.none': {
    message:
      'Snapshot {{snapshot}} of “{{source}}” holds no settings from Redis, so there is nothing to put back. Nothing was changed.',
    remedy:
      'Tell Shouhu with shouhu settings set where Redis is and the next backup takes them along; or try an earlier snapshot.',
  },
  'redis.unreachable': {
    message:
      "The site's Redis ({{host}}:{{port}}) cannot be reached ({{reason}}), so the settings in it are not in this backup. The backup of the database is not affected.",
    remedy:
      'See on the server whether Redis runs and whether address and port are right; if the site no longer uses it, switch this off with --off of shouhu settings set.',
  },
  'redis.refused': {
    message:
      'Redis ({{host}}:{{port}}) does not let itself be read ({{reason}}): it wants a password, or another one. The settings in it are not in this backup; the backup of the database is not affected.',
    remedy:
      "The password is in the site's .env (REDIS_PASSWORD); tell Shouhu with --redis-password-env of shouhu settings set.",
  },
  'redis.too-much': {
    message:
      '“{{item}}” asks for too much of Redis ({{keys}} keys): these do not look like settings, so nothing was read, which would slow the site down. The backup of the database is not affected.',
    remedy: 'Name the keys more exactly, for example *system-setting; a whole cache needs no backup.',
  },
  'redis.env-unreadable': {
    message:
      '{{path}} on the server cannot be read ({{reason}}), so nobody knows where Redis is. Nothing was changed; backups go on as before.',
    remedy:
      'See whether the path is right and the login may read it; or say it yourself with --redis and --redis-password-env.',
  },
  'redis.env-without': {
    message: '{{path}} says no address and no password of Redis. Nothing was changed; backups go on as before.',
    remedy: "See whether it is this shop's .env; or say it yourself with --redis and --redis-password-env.",
  },
};
